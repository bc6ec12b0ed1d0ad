import { wordsOf } from './posix.js'
import type { Place, Wanted } from './tree.js'

/** The same for fish. */
export function fishScript(places: readonly Place[]): string {
  const ways = places.map((one) => one.way).filter((one) => one !== '')
  const taking = places.flatMap(({ way, flags }) =>
    flags.flatMap(({ names, takes }) => (takes ? names.map((name) => `${way} ${name}`) : [])),
  )

  return `# Completion of otp for fish: otp completion fish > ~/.config/fish/completions/otp.fish
set -g __otp_ways ${ways.map(quoted).join(' ')}
set -g __otp_taking ${taking.map(quoted).join(' ')}

# The verbs that were typed, how many words stand behind them, and these words.
function __otp_place
    set -l words (commandline -opc)
    set -l way ''
    set -l flag ''
    set -l before
    for word in $words[2..-1]
        if test -n "$flag"
            set flag ''
        else if string match -qr -- '^-[^=]*$' $word
            contains -- "$way $word" $__otp_taking; and set flag $word
        else if string match -q -- '--*' $word
            continue
        else if test (count $before) -eq 0; and contains -- (string trim -- "$way $word") $__otp_ways
            set way (string trim -- "$way $word")
        else
            set -a before $word
        end
    end
    printf '%s\\n' "$way" (count $before) $before
end

function __otp_at -a way from to
    set -l place (__otp_place)
    test "$place[1]" = "$way"; or return 1
    test -z "$from"; and return 0
    test $place[2] -ge $from; and test $place[2] -le $to
end

# Asks the running service, by the address and key that were typed; says nothing where it does not answer.
function __otp_ask -a kind from
    set -l words (commandline -opc)
    set -l globals
    set -l flag ''
    for word in $words[2..-1]
        if test -n "$flag"
            set -a globals $flag $word
            set flag ''
        else if contains -- $word --config --url --key
            set flag $word
        else if string match -qr -- '^--(config|url|key)=' $word
            set -a globals $word
        end
    end
    set -l place (__otp_place)
    set -l before
    if test -n "$from"; and test $place[2] -gt $from
        set before $place[(math $from + 3)..-1]
    end
    command $words[1] $globals complete $kind -- $before (commandline -ct) 2>/dev/null </dev/null
end

complete -c otp -f
${places.flatMap(linesOf).join('\n')}
`
}

function linesOf({ way, verbs, flags, words }: Place): string[] {
  const here = quoted(`__otp_at ${quoted(way)}`)
  return [
    ...verbs.map(
      ({ name, summary }) =>
        `complete -c otp -n ${quoted(`__otp_at ${quoted(way)} 0 0`)} -a ${quoted(name)} -d ${quoted(summary)}`,
    ),
    ...flags.map(({ names, summary, takes }) => {
      const called = names.map((name) =>
        name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
      )
      return `complete -c otp -n ${here} ${called.join(' ')}${takes ? suggested(takes) : ''} -d ${quoted(summary)}`
    }),
    ...words.flatMap(({ wanted, isRest }, at) => {
      const value = suggested(wanted, isRest ? at : undefined).replace(' -x', '')
      const place = quoted(`__otp_at ${quoted(way)} ${at} ${isRest ? 99 : at}`)
      return value === '' ? [] : [`complete -c otp -n ${place}${value}`]
    }),
  ]
}

/** `from`: the first of the words that are one name together. */
function suggested(wanted: Wanted, from?: number): string {
  const [first = ''] = wordsOf(wanted)
  if (first === '@anything') return ' -x'
  if (first === '@file') return from === undefined ? ' -r -F' : ' -F'
  if (!first.startsWith('@')) return ` -x -a ${quoted(wordsOf(wanted).join(' '))}`
  const asked = [first.slice(1), ...(from === undefined ? [] : [String(from)])].join(' ')
  return ` -x -a ${quoted(`(__otp_ask ${asked})`)}`
}

/** Fish knows two escapes within single quotes. */
function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`
}
