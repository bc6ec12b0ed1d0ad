import type { Argument, Command, Option } from 'commander'

/** What can be typed at one place of the command line, such as behind `otp library new`. */
export interface Place {
  /** The verbs that lead there, `library new`; empty for the program itself. */
  way: string
  verbs: { name: string; summary: string }[]
  flags: { names: string[]; summary: string; takes?: Wanted }[]
  words: { wanted: Wanted; isRest: boolean }[]
}

/** What a word may be: one of a few, or something of a kind that must be asked for. */
export type Wanted = { oneOf: readonly string[] } | { kind: Kind | 'file' | 'anything' }

/** What the running service is asked for. */
export const kinds = [
  'guest',
  'person',
  'media',
  'session',
  'violation',
  'library',
  'library-key',
  'key',
] as const
export type Kind = (typeof kinds)[number]

/** By the name that a word or the value of a flag has in the help. */
const kindByName: Readonly<Record<string, Kind | 'file'>> = {
  guest: 'guest',
  plex: 'person',
  media: 'media',
  text: 'media',
  session: 'session',
  violation: 'violation',
  library: 'library',
  config: 'file',
  path: 'file',
  file: 'file',
  folder: 'file',
}

/** Where the name alone would lead astray: at first friends can be given something, and later only guests have it. */
const kindByPlace: Readonly<Record<string, Kind | 'anything'>> = {
  'assign guest': 'person',
  'library shared guest': 'person',
  'library rm key': 'library-key',
  'key rm name': 'key',
  'unassign reason': 'anything',
  'kill reason': 'anything',
}

/** Every place of the program, from the outside in. What is hidden stays hidden. */
export function placesOf(program: Command): Place[] {
  return placesBelow(program, '', [])
}

function placesBelow(command: Command, way: string, above: readonly Option[]): Place[] {
  const help = command.createHelp()
  const verbs = help.visibleCommands(command).filter((one) => one.name() !== 'help')
  const flags = [...help.visibleOptions(command), ...above]
  // The options of the program hold everywhere, those of a verb only with it.
  const everywhere =
    way === '' ? help.visibleOptions(command).filter((one) => one.long !== '--version') : above

  return [
    {
      way,
      verbs: verbs.map((one) => ({ name: one.name(), summary: one.description() })),
      flags: unique(flags).map((one) => flagOf(one, way)),
      words: command.registeredArguments.map((one) => wordOf(one, way)),
    },
    ...verbs.flatMap((one) => placesBelow(one, way === '' ? one.name() : `${way} ${one.name()}`, everywhere)),
  ]
}

function flagOf(option: Option, way: string): Place['flags'][number] {
  const names = [option.short, option.long].flatMap((name) => name ?? [])
  const takesValue = option.required || option.optional
  return {
    names,
    summary: option.description,
    ...(takesValue && { takes: wantedFor(way, option.attributeName(), option.argChoices) }),
  }
}

function wordOf(argument: Argument, way: string): Place['words'][number] {
  return { wanted: wantedFor(way, argument.name(), argument.argChoices), isRest: argument.variadic }
}

function wantedFor(way: string, name: string, choices: readonly string[] | undefined): Wanted {
  if (choices) return { oneOf: choices }
  return { kind: kindByPlace[`${way} ${name}`] ?? kindByName[name] ?? 'anything' }
}

function unique(options: readonly Option[]): Option[] {
  return [...new Map(options.map((one) => [one.long ?? one.short, one])).values()]
}
