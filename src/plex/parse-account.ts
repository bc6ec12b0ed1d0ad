import { z } from 'zod'
import { OtpError } from '../core/errors.js'
import type { Friend, PersonSettings, PlexPerson, Share } from '../core/model.js'
import type { Invited } from '../core/ports.js'
import { flag, list, part, present, readable, text } from './loose.js'
import { readSettings } from './sharing-settings.js'

const PersonNode = z.object({ id: text, username: text, title: text, friendlyName: text, email: text })

export function parseOwner(data: unknown): PlexPerson {
  const xml = readable(z.object({ user: part(PersonNode) }), data)?.user
  const owner = personFrom(xml ?? readable(PersonNode, data))
  if (!owner) throw unreadable('it does not say whose account it is')
  return owner
}

const UserNode = PersonNode.extend({ home: flag, restricted: flag })
const HomeNode = PersonNode.extend({ admin: flag })

/** Everybody connected to the account, pending ones too; managed accounts belong to the Plex Home. */
export function parseFriends(data: unknown): Friend[] {
  return userRows(data).flatMap((row) => {
    const node = readable(UserNode, row)
    const person = personFrom(node)
    if (!person) return []

    return { ...person, home: Boolean(node?.home || node?.restricted), settings: settingsIn(row) }
  })
}

/** The same people with the members of the Plex Home marked, and those of them added that were not listed. */
export function withHome(friends: Friend[], data: unknown): Friend[] {
  const members = userRows(data).flatMap((row) => {
    const node = readable(HomeNode, row)
    const person = personFrom(node)
    return person ? [{ row, person, isAdmin: Boolean(node?.admin) }] : []
  })
  const listed = new Set(friends.map((one) => one.plexId))
  const memberIds = new Set(members.map(({ person }) => person.plexId))

  return [
    ...friends.map((one) => ({ ...one, home: one.home || memberIds.has(one.plexId) })),
    // Whoever runs the Home is the owner, as a rule, and no friend of their own.
    ...members
      .filter(({ person, isAdmin }) => !isAdmin && !listed.has(person.plexId))
      .map(({ row, person }) => ({ ...person, home: true, settings: settingsIn(row) })),
  ]
}

/** A list of people. */
function userRows(data: unknown): unknown[] {
  const container = readable(z.object({ MediaContainer: z.unknown() }), data)?.MediaContainer
  const users = readable(z.object({ User: list }), container === '' ? {} : container)
  if (!users) throw unreadable('it holds no list of people')
  return users.User
}

const ShareNode = z.object({
  id: text,
  machineIdentifier: text,
  invitedId: text,
  invitedEmail: text,
  deletedAt: text,
  leftAt: text,
  allLibraries: flag,
  invited: part(PersonNode.extend({ sharingSettings: z.unknown().optional() })),
  sharingSettings: z.unknown().optional(),
  libraries: list,
})

/** A share as a list tells it; some lists leave the settings out. */
export type ListedShare = Omit<Share, 'settings'> & { settings?: PersonSettings }

/**
 * Shares of all the owner's servers from a list of accepted or pending ones. An entry that cannot be read makes
 * the whole list unusable: a share that is overlooked would count as taken away.
 */
export function parseShares(data: unknown, accepted: boolean): ListedShare[] {
  return shareRows(data).flatMap((row) => {
    const node = readable(ShareNode, row)
    if (!node) throw unreadable('an entry of the list of shares is not readable')
    if (node.deletedAt || node.leftAt) return []
    if (node.id === undefined) throw unreadable('a share has no id')
    if (node.machineIdentifier === undefined) throw unreadable('a share does not say of which server')

    const person = personFrom(node.invited) ?? (node.invitedId ? nameless(node.invitedId) : undefined)
    return present({
      shareId: node.id,
      machineIdentifier: node.machineIdentifier,
      accepted,
      person,
      invitedEmail: node.invitedEmail,
      allLibraries: node.allLibraries,
      libraryKeys: libraryRows(node.libraries).map(libraryKey),
      settings: settingsOfShare(node),
    })
  })
}

/** The same shares; where a list said nothing of the settings, they are those of the person. */
export function withSettings(shares: readonly ListedShare[], friends: readonly Friend[]): Share[] {
  return shares.map((share) => {
    const friend = friends.find((one) => one.plexId === share.person?.plexId)
    return { ...share, settings: share.settings ?? friend?.settings ?? settingsIn(undefined) }
  })
}

function settingsOfShare({ invited, sharingSettings }: z.output<typeof ShareNode>) {
  const said = [invited?.sharingSettings, sharingSettings].find(saysSomething)
  return said === undefined ? undefined : settingsIn(said)
}

function saysSomething(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}

const MadeNode = z.object({ id: text, MediaContainer: part(z.object({ SharedServer: list })) })

/** The one share that an answer to an invitation names, if it does: the older route answers a list, the newer one the share. */
export function parseInvited(data: unknown): Invited {
  const node = readable(MadeNode, data)
  const made = node?.MediaContainer?.SharedServer ?? []
  const [shareId, ...others] = node?.MediaContainer
    ? made.map((row) => readable(z.object({ id: text }), row)?.id)
    : [node?.id]
  return shareId === undefined || others.length > 0 ? {} : { shareId }
}

/** A plain list in JSON, wrapped in XML. */
function shareRows(data: unknown): unknown[] {
  if (Array.isArray(data)) return data

  const wrapped = readable(z.object({ sharedServers: z.unknown() }), data)?.sharedServers
  const shares = readable(z.object({ sharedServer: list }), wrapped === '' ? {} : wrapped)
  if (!shares) throw unreadable('it is not a list of shares')
  return shares.sharedServer
}

function libraryRows(rows: unknown[]): unknown[] {
  return rows.flatMap((row) => {
    const wrapped = readable(z.object({ library: list }), row)?.library ?? []
    return wrapped.length > 0 ? wrapped : [row]
  })
}

function settingsIn(said: unknown): PersonSettings {
  const settings = readSettings(said)
  if (!settings) throw unreadable('it does not say readably what somebody may see')
  return settings
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

/** The number that plex.tv wants where it names an account. */
export function accountNumber(plexId: string): number {
  if (/^\d+$/.test(plexId)) return Number(plexId)
  throw new OtpError('invalid_input', `"${plexId}" is not a Plex account id: digits are expected.`)
}
