import type { DiscordWords } from '../core/messages/discord.js'
import type { GuestRef, MediaItem } from '../core/model.js'
import { titleOf } from '../core/titles.js'
import { cut, escaped, plain } from './text.js'

/** The item's name for a message. */
export function titleText(item: MediaItem): string {
  return escaped(titleOf(item))
}

/** Several in one line, each short enough that what follows still finds room. */
export function titlesText(items: readonly MediaItem[], most = 5): string {
  const named = items.slice(0, most).map((item) => escaped(titleOf(item), 100))
  return named.join(', ') + (items.length > most ? ', …' : '')
}

/** The item's name for a list of suggestions, where nothing is rendered and so nothing is escaped. */
export function titleChoice({ kinds }: DiscordWords, item: MediaItem): string {
  const kind = Object.entries(kinds).find(([type]) => type === item.type)?.[1]
  return cut(plain(titleOf(item)) + (kind ? ` - ${kind}` : ''), 100)
}

/** Never an e-mail address: somebody known only by one is not named. */
export function guestText(words: DiscordWords, guest: Pick<GuestRef, 'username'>): string {
  return inviteeText(words, guest.username)
}

/** A name as it was typed, which may be an e-mail address; that one is not repeated. */
export function inviteeText(
  { people }: DiscordWords,
  typed: string,
  at: 'start' | 'within' = 'within',
): string {
  if (!typed.includes('@')) return escaped(typed, 100)
  return at === 'start' ? people.anEmailAddressFirst : people.anEmailAddress
}

/** Who did something: a Discord user shows as a name to the reader and is not notified. */
export function byText({ people }: DiscordWords, by: string): string {
  const [, kind, id] = /^(discord|key):(.+)$/.exec(by) ?? []

  if (kind === 'discord' && id && /^\d{17,20}$/.test(id)) return `<@${id}>`
  return kind === 'key' && id ? people.apiKey(escaped(id, 60)) : escaped(by, 60)
}
