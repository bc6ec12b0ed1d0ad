import { english } from '../core/messages/english.js'
import type { GuestRef, MediaItem } from '../core/model.js'
import { titleOf } from '../core/titles.js'
import { cut, escaped, plain } from './text.js'

const kinds: Partial<Record<MediaItem['type'], string>> = {
  movie: 'film',
  episode: 'episode',
  season: 'season',
  show: 'whole show',
}

/** The item's name for a message. */
export function titleText(item: MediaItem): string {
  return escaped(titleOf(item))
}

export function titlesText(items: readonly MediaItem[], most = 5): string {
  const named = items.slice(0, most).map(titleText)
  return named.join(', ') + (items.length > most ? ', …' : '')
}

/** The item's name for a list of suggestions, where nothing is rendered and so nothing is escaped. */
export function titleChoice(item: MediaItem): string {
  const kind = kinds[item.type]
  return cut(plain(titleOf(item)) + (kind ? ` - ${kind}` : ''), 100)
}

/** Never an e-mail address: somebody known only by one is not named. */
export function guestText(guest: Pick<GuestRef, 'username'>): string {
  return inviteeText(guest.username)
}

/** A name as it was typed, which may be an e-mail address; that one is not repeated. */
export function inviteeText(typed: string, at: 'start' | 'within' = 'within'): string {
  const { anEmailAddress, anEmailAddressFirst } = english.discord.replies

  if (!typed.includes('@')) return escaped(typed, 100)
  return at === 'start' ? anEmailAddressFirst : anEmailAddress
}

/** Who did something: a Discord user shows as a name to the reader and is not notified. */
export function byText(by: string): string {
  const [, kind, id] = /^(discord|key):(.+)$/.exec(by) ?? []

  if (kind === 'discord' && id && /^\d{17,20}$/.test(id)) return `<@${id}>`
  return kind === 'key' && id ? `API key ${escaped(id, 60)}` : escaped(by, 60)
}
