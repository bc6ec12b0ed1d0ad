import { resolve } from 'node:path'
import type { Command, Option } from 'commander'
import { z } from 'zod'
import type { Remote } from './remote.js'
import type { Show } from './screen.js'

/** The flags that every verb takes. */
export const globalOptions = z.object({
  config: z.string().transform((file) => resolve(file)),
  url: z.string().exactOptional(),
  key: z.string().exactOptional(),
  json: z.boolean().default(false),
})

export type GlobalOptions = z.output<typeof globalOptions>

/** What a verb works with. */
export interface Desk {
  /** The running service; asked for only by verbs that need one. `timeoutMs`: less patience than usual. */
  remote(how?: { timeoutMs?: number }): Promise<Remote>
  /** Where the running service is, for what is no call of it. */
  service(): Promise<{ url: string; key: string }>
  /** Aborts when whoever started the verb wants it to end. */
  interrupted(): AbortSignal
  show: Show
}

/** Gives a verb its desk, by the global flags it was called with. */
export type OpenDesk = (globals: GlobalOptions) => Desk

export interface Verb<O extends z.ZodType> {
  /** As commander reads it: `assign <guest> <media...>`. */
  usage: string
  summary: string
  example: string
  flags?: readonly Option[]
  /** What an argument may be, by its name, where it is one of a few words. */
  choices?: Readonly<Record<string, readonly string[]>>
  options: O
  run(words: readonly string[], options: z.output<O>, desk: Desk): Promise<void>
}

/** Adds the verb to the program, or to a verb that has more of them. */
export function addVerb<O extends z.ZodType>(
  program: Command,
  openDesk: OpenDesk,
  verb: Verb<O>,
  how: { hidden?: boolean; isDefault?: boolean } = {},
): Command {
  const command = program
    .command(verb.usage, how)
    .description(verb.summary)
    .allowExcessArguments(false)
    .addHelpText('after', `\nExample:\n  ${verb.example}`)

  for (const flag of verb.flags ?? []) command.addOption(flag)
  for (const argument of command.registeredArguments) {
    const choices = verb.choices?.[argument.name()]
    if (choices) argument.choices(choices)
  }

  command.action(async () => {
    const given: unknown = command.optsWithGlobals()
    await verb.run(command.args, verb.options.parse(given), openDesk(globalOptions.parse(given)))
  })
  return command
}
