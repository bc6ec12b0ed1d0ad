import type { APIActionRowComponent, APIComponentInMessageActionRow, APIEmbed } from 'discord.js'
import { cut } from './text.js'

export type MessageRow = APIActionRowComponent<APIComponentInMessageActionRow>

/** A message as Discord takes it; nobody is ever mentioned by one. */
export interface MessageJson {
  content: string
  embeds: APIEmbed[]
  components: MessageRow[]
}

export interface MessageParts {
  content?: string
  embeds?: APIEmbed[]
  components?: MessageRow[]
}

/** What every call that sends or edits says about mentions: none. */
export const noMentions = { parse: [] }

/** A whole message out of its parts, cut to what Discord accepts. */
export function message({ content = '', embeds = [], components = [] }: MessageParts): MessageJson {
  return { content: cut(content, 2000), embeds: fitEmbeds(embeds), components }
}

/** Several lines; the empty ones are left out. */
export function lines(...all: (string | undefined | false)[]): string {
  return all.filter((it) => it !== undefined && it !== false && it !== '').join('\n')
}

const TOTAL = 6000

function fitEmbeds(embeds: readonly APIEmbed[]): APIEmbed[] {
  let left = TOTAL

  return embeds.slice(0, 10).map((embed) => {
    const { title, description, footer, fields, author: _, ...rest } = embed
    return {
      ...rest,
      ...(title && { title: take(title, 256) }),
      ...(description && { description: take(description, 4096) }),
      ...(footer?.text && { footer: { ...footer, text: take(footer.text, 2048) } }),
      ...(fields && { fields: fitFields(fields) }),
    }
  })

  /** Fields without a name or a value are refused by Discord, so they are left out. */
  function fitFields(fields: NonNullable<APIEmbed['fields']>): NonNullable<APIEmbed['fields']> {
    return fields
      .filter((field) => field.name.trim() !== '' && field.value.trim() !== '')
      .slice(0, 25)
      .map((field) => ({ ...field, name: take(field.name, 256), value: take(field.value, 1024) }))
      .filter((field) => field.name !== '' && field.value !== '')
  }

  function take(text: string, most: number): string {
    const room = Math.min(most, left)
    const taken = room < 2 ? '' : cut(text, room)
    left -= taken.length
    return taken
  }
}
