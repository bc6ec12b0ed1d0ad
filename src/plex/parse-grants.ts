import { z } from 'zod'
import { OtpError } from '../core/errors.js'
import type { ItemGrant } from '../core/model.js'
import { list, part, present, readable, text } from './loose.js'

const SourceNode = z.object({
  id: text,
  origin: text,
  invitedId: text,
  invited: part(z.object({ id: text })),
  sharedItems: list,
})

/**
 * What was granted item by item, one entry for each source. An item that is not on a server, such as a
 * collection, stands with its whole address, so that an entry with more than one thing in it shows as that.
 */
export function parseGrants(data: unknown): ItemGrant[] {
  return sourceRows(data).flatMap((row) => {
    const node = readable(SourceNode, row)
    if (node?.id === undefined) throw unreadable()

    const machineIdentifier = /^server:\/\/([^/]+)/.exec(node.origin ?? '')?.[1]
    if (machineIdentifier === undefined) return []
    return present({
      grantId: node.id,
      machineIdentifier,
      plexId: node.invited?.id ?? node.invitedId,
      ratingKeys: itemRows(node.sharedItems).map(ratingKeyOf),
    })
  })
}

/** The address of an item as plex.tv knows it. */
export function addressOf(machineIdentifier: string, ratingKey: string): string {
  const item = encodeURIComponent(ratingKey)
  return `server://${machineIdentifier}/com.plexapp.plugins.library/library/metadata/${item}`
}

/** A plain list in JSON, wrapped in XML, and perhaps wrapped in JSON. */
function sourceRows(data: unknown): unknown[] {
  if (Array.isArray(data)) return data

  const wrapped = readable(z.object({ sharedSources: z.unknown() }), data)?.sharedSources
  if (Array.isArray(wrapped)) return wrapped
  const sources = readable(z.object({ sharedSource: list }), wrapped === '' ? {} : wrapped)
  if (!sources) throw unreadable()
  return sources.sharedSource
}

function itemRows(rows: unknown[]): unknown[] {
  return rows.flatMap((row) => readable(z.object({ sharedItem: z.unknown() }), row)?.sharedItem ?? row)
}

function ratingKeyOf(row: unknown): string {
  const uri = readable(z.object({ uri: text }), row)?.uri
  if (uri === undefined) throw unreadable()

  const key = /\/library\/metadata\/([^/?]+)$/.exec(uri.replace(/%2f/gi, '/'))?.[1]
  return key ?? uri
}

function unreadable(): OtpError {
  return new OtpError(
    'plex_unreachable',
    'The answer of plex.tv cannot be used: it does not say readably which items were granted.',
  )
}
