import type { FormErrors } from './answers.js'
import { atMost, between, type Complain, collect, type Path } from './limits.js'
import type { ChoiceBody, CommandBody, Localised, OptionBody } from './shapes.js'

const SUBCOMMAND = 1
const SUBCOMMAND_GROUP = 2
const MOST_COMMANDS = 100
const MOST_CHARACTERS = 8_000

/** Every language that Discord knows. */
const locales = new Set(
  (
    'id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th ' +
    'zh-CN ja zh-TW ko'
  ).split(' '),
)

/** Discord's objections to a list of commands, or undefined when there are none. */
export function commandErrors(commands: readonly CommandBody[]): FormErrors | undefined {
  return collect((complain) => {
    if (commands.length > MOST_COMMANDS) {
      complain([], 'APPLICATION_COMMANDS_LIMIT', `Maximum number of commands reached (${MOST_COMMANDS}).`)
    }
    checkNames(complain, [], commands, 'APPLICATION_COMMANDS_DUPLICATE_NAME')
    commands.forEach((command, i) => {
      checkDescription(complain, [i], command)
      checkOptions(complain, [i, 'options'], command.options)
      if (charactersOf(command) > MOST_CHARACTERS) {
        complain([i], 'APPLICATION_COMMAND_TOO_LARGE', `Command exceeds maximum size (${MOST_CHARACTERS})`)
      }
    })
  })
}

function checkOptions(complain: Complain, path: Path, options: readonly OptionBody[]): void {
  if (options.length > 25) complain(path, 'BASE_TYPE_BAD_LENGTH', 'Must be 25 or fewer in length.')
  checkNames(complain, path, options, 'APPLICATION_COMMAND_OPTIONS_NAME_INVALID')
  checkOrder(complain, path, options)

  const verbs = options.filter((it) => it.type === SUBCOMMAND || it.type === SUBCOMMAND_GROUP)
  if (verbs.length > 0 && verbs.length < options.length) {
    complain(path, 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'Sub-commands and options cannot be mixed')
  }
  options.forEach((option, i) => {
    const at = [...path, i]
    checkDescription(complain, at, option)
    checkChoices(complain, at, option)
    checkRange(complain, at, option)
    checkOptions(complain, [...at, 'options'], option.options ?? [])
  })
}

function checkOrder(complain: Complain, path: Path, options: readonly OptionBody[]): void {
  let optional = false
  options.forEach((option, i) => {
    if (option.required && optional) {
      complain(
        [...path, i],
        'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
        'Required options must be placed before non-required options',
      )
    }
    if (!option.required) optional = true
  })
}

/** Names are well formed and none is there twice, also not in the language of any reader. */
function checkNames(
  complain: Complain,
  path: Path,
  named: readonly (Localised & { name: string; type: number })[],
  duplicate: string,
): void {
  const isCommand = path.length === 0
  const key = (it: { type: number }, name: string) => (isCommand ? `${it.type} ${name}` : name)
  const defaults = named.map((it) => key(it, it.name))

  named.forEach((it, i) => {
    checkName(complain, [...path, i, 'name'], it.name)
    if (defaults.indexOf(key(it, it.name)) < i) {
      complain([...path, i, 'name'], duplicate, 'The name is there twice')
    }
    for (const [locale, name] of Object.entries(it.name_localizations ?? {})) {
      const at = [...path, i, 'name_localizations', locale]
      checkLocale(complain, at, locale)
      if (name === null) continue
      checkName(complain, at, name)
      const others = named.filter((one) => one !== it)
      const taken = others.some((one) => {
        return [one.name, one.name_localizations?.[locale]].some(
          (theirs) => typeof theirs === 'string' && key(one, theirs) === key(it, name),
        )
      })
      if (taken) complain(at, duplicate, 'The localized name is taken by another one')
    }
  })
}

function checkDescription(
  complain: Complain,
  path: Path,
  { description, description_localizations }: Localised & { description: string },
): void {
  between(complain, [...path, 'description'], description, 1, 100)
  for (const [locale, text] of Object.entries(description_localizations ?? {})) {
    const at = [...path, 'description_localizations', locale]
    checkLocale(complain, at, locale)
    if (text !== null) between(complain, at, text, 1, 100)
  }
}

function checkChoices(complain: Complain, path: Path, { choices = [], autocomplete }: OptionBody): void {
  const at = [...path, 'choices']
  if (choices.length > 25) complain(at, 'BASE_TYPE_BAD_LENGTH', 'Must be 25 or fewer in length.')
  if (choices.length > 0 && autocomplete) {
    complain(at, 'APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID', 'Choices and autocomplete exclude each other')
  }
  choices.forEach((choice, i) => {
    checkChoice(complain, [...at, i], choice)
    if (choices.findIndex((it) => it.name === choice.name) < i) {
      complain(
        [...at, i, 'name'],
        'APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_EXISTS',
        'The name is there twice',
      )
    }
  })
}

function checkChoice(complain: Complain, path: Path, { name, value, name_localizations }: ChoiceBody): void {
  between(complain, [...path, 'name'], name, 1, 100)
  between(complain, [...path, 'value'], String(value), 1, 100)
  for (const [locale, text] of Object.entries(name_localizations ?? {})) {
    checkLocale(complain, [...path, 'name_localizations', locale], locale)
    if (text !== null) between(complain, [...path, 'name_localizations', locale], text, 1, 100)
  }
}

function checkRange(complain: Complain, path: Path, { min_length = 0, max_length = 6000 }: OptionBody): void {
  if (min_length >= 0 && max_length >= 1 && max_length <= 6000 && min_length <= max_length) return
  complain([...path, 'max_length'], 'NUMBER_TYPE_MAX', 'int value should be between 1 and 6000.')
}

function checkLocale(complain: Complain, path: Path, locale: string): void {
  if (!locales.has(locale)) complain(path, 'BASE_TYPE_CHOICES', 'This is no language of Discord.')
}

function checkName(complain: Complain, path: Path, name: string): void {
  atMost(complain, path, name, 32)
  if (/^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u.test(name) && name === name.toLowerCase()) return
  complain(path, 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid')
}

/** Names, descriptions and values together; of a text in several languages the longest counts. */
function charactersOf(of: CommandBody | OptionBody): number {
  const choices = 'choices' in of && Array.isArray(of.choices) ? of.choices : []
  return (
    longest(of.name, of.name_localizations) +
    longest(of.description, of.description_localizations) +
    sum(choices.map((it) => longest(it.name, it.name_localizations) + String(it.value).length)) +
    sum((of.options ?? []).map(charactersOf))
  )
}

function longest(text: string, translations: Localised['name_localizations']): number {
  return Math.max(text.length, ...Object.values(translations ?? {}).map((it) => it?.length ?? 0))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0)
}
