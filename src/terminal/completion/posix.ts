import type { Place, Wanted } from './tree.js'

/**
 * Four shell functions that bash and zsh understand alike; each puts
 * lines into `found`, `@kind` where the service is asked. Nothing is started for it, so that it is quick.
 */
export function tables(places: readonly Place[]): string {
  return [
    table('_otp_verbs', '$1', places, ({ way, verbs }) => [
      line(
        way,
        verbs.map((one) => one.name),
      ),
    ]),
    table('_otp_flags', '$1', places, ({ way, flags }) => [
      line(
        way,
        flags.flatMap((one) => one.names),
      ),
    ]),
    table('_otp_takes', '$1 $2', places, ({ way, flags }) =>
      flags.flatMap(({ names, takes }) =>
        takes ? names.map((name) => line(`${way} ${name}`, wordsOf(takes))) : [],
      ),
    ),
    table('_otp_word', '$1 $2', places, ({ way, words }) =>
      words.map(({ wanted, isRest }, at) =>
        isRest ? line(`${way} `, restOf(wanted, at), '*') : line(`${way} ${at}`, wordsOf(wanted)),
      ),
    ),
  ].join('\n')
}

/** In single quotes, so that nothing in it is anything else than text. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** `@anything` is a word that nothing can be said about. */
export function wordsOf(wanted: Wanted): readonly string[] {
  return 'oneOf' in wanted ? wanted.oneOf : [`@${wanted.kind}`]
}

/** Several words are one name: `@media:1` is what all from the second one on stand for. */
function restOf(wanted: Wanted, at: number): readonly string[] {
  return wordsOf(wanted).map((word) => (/^@(?!file|anything)/.test(word) ? `${word}:${at}` : word))
}

function table(
  name: string,
  subject: string,
  places: readonly Place[],
  linesOf: (place: Place) => string[],
): string {
  const lines = places.flatMap(linesOf).filter((one) => one !== '')
  return `${name}() {\n  found=''\n  case "${subject}" in\n${lines.join('\n')}\n  esac\n}`
}

function line(subject: string, words: readonly string[], more = ''): string {
  if (words.length === 0) return ''
  return `    ${quoted(subject)}${more}) found=${quoted(words.join('\n'))} ;;`
}
