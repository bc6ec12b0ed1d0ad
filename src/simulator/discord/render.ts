import type { EmbedBody, StoredMessage } from './shapes.js'

/** A message in one line, as people see it: escapes, bold marks and time stamps resolved. */
export function renderMessage(message: Pick<StoredMessage, 'content' | 'embeds' | 'components'>): string {
  const buttons = message.components.flatMap((row) => row.components.map((it) => `[${it.label ?? '?'}]`))
  const parts = [message.content, ...message.embeds.flatMap(embedLines)].filter((it) => it !== '')

  return [...parts.map(renderText), buttons.join(' ')]
    .filter((it) => it !== '')
    .join('\n')
    .split(/\n+/)
    .map((line) => line.trim())
    .join(' / ')
}

/** Discord's marks in one text, as they look to the reader. Instants are shown in UTC. */
export function renderText(text: string): string {
  return text
    .replace(
      /\\([!-/:-@[-`{-~])|<t:(\d+)(?::[a-zA-Z])?>|<(https?:[^>]+)>|\*\*|`/g,
      (mark, escaped, seconds, link) => {
        if (escaped) return escaped
        if (seconds) return instant(Number(seconds))
        if (link) return link
        return mark === '`' ? '`' : ''
      },
    )
    .trim()
}

function instant(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function embedLines(embed: EmbedBody): string[] {
  const fields = embed.fields.map((field) => `${field.name}: ${field.value}`)

  return [embed.title ?? '', embed.description ?? '', ...fields, embed.footer?.text ?? '']
}
