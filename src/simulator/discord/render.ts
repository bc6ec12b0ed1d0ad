import type { EmbedBody, RowBody, StoredMessage } from './shapes.js'

/** What a reader's client knows when it shows a message. */
export interface Reader {
  now: number
  nameOf: (userId: string) => string
}

/** A message in one line, as people see it: escapes, bold marks, names and time stamps resolved. */
export function renderMessage(
  message: Pick<StoredMessage, 'content' | 'embeds' | 'components'>,
  reader: Reader,
): string {
  const buttons = message.components.flatMap((row) => row.components.map(controlText))
  const parts = [message.content, ...message.embeds.flatMap(embedLines)].filter((it) => it !== '')

  return [...parts.map((it) => renderText(it, reader)), buttons.join(' ')]
    .filter((it) => it !== '')
    .join('\n')
    .split(/\n+/)
    .map((line) => line.trim())
    .join(' / ')
}

/** Discord's marks in one text, as they look to the reader. Instants are shown in UTC. */
function renderText(text: string, { now, nameOf }: Reader): string {
  return text
    .replace(
      /\\([!-/:-@[-`{-~])|<t:(\d+):?([a-zA-Z]?)>|<@!?(\d+)>|<(https?:[^>]+)>|\*\*/g,
      (_mark, escaped, seconds, style, user, link) => {
        if (escaped) return escaped
        if (seconds) return style === 'R' ? relative(Number(seconds) * 1000 - now) : instant(Number(seconds))
        if (user) return `@${nameOf(user)}`
        return link ?? ''
      },
    )
    .trim()
}

function instant(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

const units = [
  { ms: 86_400_000, name: 'days' },
  { ms: 3_600_000, name: 'hours' },
  { ms: 60_000, name: 'minutes' },
  { ms: 1_000, name: 'seconds' },
]

/** "in 36 hours", "4 seconds ago". */
function relative(ms: number): string {
  const away = Math.abs(ms)
  const unit = units.find((it) => away >= 2 * it.ms) ?? { ms: 1_000, name: 'seconds' }
  const text = `${Math.round(away / unit.ms)} ${unit.name}`

  return ms < 0 ? `${text} ago` : `in ${text}`
}

/** A button as `[label]`, a menu with everything that it offers. */
function controlText({ label, placeholder, options }: RowBody['components'][number]): string {
  if (!options) return `[${label ?? '?'}]`
  return `[${placeholder ?? '?'}: ${options.map((it) => it.label).join(' | ')}]`
}

function embedLines(embed: EmbedBody): string[] {
  const fields = embed.fields.map((field) => `${field.name}: ${field.value}`)

  return [embed.title ?? '', embed.description ?? '', ...fields, embed.footer?.text ?? '']
}
