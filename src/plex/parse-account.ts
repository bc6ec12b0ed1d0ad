import { z } from 'zod'
import { OtpError } from '../core/errors.js'
import type { Friend, PlexPerson, Share } from '../core/model.js'
import { flag, list, part, present, readable, text } from './loose.js'

const PersonNode = z.object({ id: text, username: text, title: text, friendlyName: text, email: text })

export function parseOwner(data: unknown): PlexPerson {
  const xml = readable(z.object({ user: part(PersonNode) }), data)?.user
  const owner = personFrom(xml ?? readable(PersonNode, data))
  if (!owner) throw unreadable('it does not say whose account it is')
  return owner
}

const UserNode = PersonNode.extend({ home: flag, restricted: flag })

/** Everybody connected to the account; managed accounts belong to the Plex Home. */
export function parseFriends(data: unknown): Friend[] {
  const container = readable(z.object({ MediaContainer: z.unknown() }), data)?.MediaContainer
  const users = readable(z.object({ User: list }), container === '' ? {} : container)
  if (!users) throw unreadable('it holds no list of people')

  return users.User.flatMap((row) => {
    const node = readable(UserNode, row)
    const person = personFrom(node)
    return person ? { ...person, home: Boolean(node?.home || node?.restricted) } : []
  })
}

const ShareNode = z.object({
  id: text,
  machineIdentifier: text,
  invitedId: text,
  invitedEmail: text,
  deletedAt: text,
  leftAt: text,
  allLibraries: flag,
  invited: part(PersonNode),
  libraries: list,
})

/**
 * Shares of one server from a list of accepted or pending ones. An entry that cannot be read makes the whole
 * list unusable: a share that is overlooked would count as taken away.
 */
export function parseShares(data: unknown, machineIdentifier: string, accepted: boolean): Share[] {
  return shareRows(data).flatMap((row) => {
    const node = readable(ShareNode, row)
    if (!node) throw unreadable('an entry of the list of shares is not readable')
    if (node.machineIdentifier !== machineIdentifier || node.deletedAt || node.leftAt) return []
    if (node.id === undefined) throw unreadable('a share has no id')

    const person = personFrom(node.invited) ?? (node.invitedId ? nameless(node.invitedId) : undefined)
    return present({
      shareId: node.id,
      accepted,
      person,
      invitedEmail: node.invitedEmail,
      allLibraries: node.allLibraries,
      libraryKeys: node.libraries.map(libraryKey),
    })
  })
}

function shareRows(data: unknown): unknown[] {
  if (Array.isArray(data)) return data
  throw unreadable('it is not a list of shares')
}

function libraryKey(row: unknown): string {
  const key = readable(z.object({ key: text }), row)?.key
  if (key === undefined) throw unreadable('a share names a library without its key')
  return key
}

function nameless(plexId: string): PlexPerson {
  return { plexId, username: plexId }
}

const SectionNode = z.object({ id: text, key: text })

/** From the server's own library keys to plex.tv's section ids. The two look alike and are never the same. */
export function parseSectionIds(data: unknown): Map<string, number> {
  const xml = readable(z.object({ MediaContainer: part(z.object({ Server: list })) }), data)?.MediaContainer
  const fromXml = xml?.Server.flatMap((row) => readable(z.object({ Section: list }), row)?.Section ?? [])
  const rows = fromXml ?? readable(z.object({ librarySections: list }), data)?.librarySections ?? []

  return new Map(
    rows.flatMap((row): [string, number][] => {
      const node = readable(SectionNode, row)
      const id = Number(node?.id)
      return node?.key !== undefined && Number.isSafeInteger(id) ? [[node.key, id]] : []
    }),
  )
}

function personFrom(node: z.output<typeof PersonNode> | undefined): PlexPerson | undefined {
  if (node?.id === undefined) return undefined
  const username = node.username ?? node.title ?? node.friendlyName ?? node.id
  return present({ plexId: node.id, username, email: node.email })
}

function unreadable(why: string): OtpError {
  return new OtpError('plex_unreachable', `The answer of plex.tv cannot be used: ${why}.`)
}
