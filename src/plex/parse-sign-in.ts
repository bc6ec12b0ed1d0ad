import { z } from 'zod'
import { OtpError } from '../core/errors.js'
import type { ServerIdentity } from '../core/model.js'
import type { OwnedServer, ServerConnection } from '../core/sign-in/model.js'
import { flag, list, number, part, present, readable, text } from './loose.js'

/** A PIN as plex.tv tells it. */
export interface PlexPin {
  id: string
  code: string
  /** By the clock of plex.tv. */
  expiresAt: number | undefined
  livesMs: number | undefined
  /** There once somebody has signed in. */
  token: string | undefined
}

const PinNode = z.object({ id: text, code: text, expiresAt: text, expiresIn: number, authToken: text })

/** Undefined when there is none in the answer: an expired one may be told as a list of errors. */
export function parsePin(data: unknown): PlexPin | undefined {
  const xml = readable(z.object({ pin: part(PinNode) }), data)?.pin
  const node = xml ?? readable(PinNode, data)
  if (node?.id === undefined || node.code === undefined) return undefined

  const { id, code, expiresIn, authToken } = node
  const expiresAt = Date.parse(node.expiresAt ?? '')
  return {
    id,
    code,
    expiresAt: Number.isFinite(expiresAt) ? expiresAt : undefined,
    livesMs: expiresIn === undefined ? undefined : expiresIn * 1_000,
    token: authToken,
  }
}

const ResourceNode = z.object({
  name: text,
  clientIdentifier: text,
  productVersion: text,
  provides: text,
  owned: flag,
  httpsRequired: flag,
  connections: list,
})

const ConnectionNode = z.object({ uri: text, address: text, port: number, local: flag, relay: flag })

/**
 * The media servers that belong to the account, out of everything that it can reach. Only named fields are
 * read: the list is full of access tokens.
 */
export function parseOwnedServers(data: unknown): OwnedServer[] {
  if (!Array.isArray(data)) {
    throw new OtpError(
      'plex_unreachable',
      'The answer of plex.tv cannot be used: it is not a list of servers.',
    )
  }
  return data.flatMap((row: unknown) => {
    const node = readable(ResourceNode, row)
    const provides = node?.provides?.split(',').map((one) => one.trim()) ?? []
    if (!node?.owned || node.clientIdentifier === undefined || !provides.includes('server')) return []

    const connections = node.connections.flatMap((one) => connectionsFrom(one, node.httpsRequired))
    return present({
      machineIdentifier: node.clientIdentifier,
      name: node.name ?? node.clientIdentifier,
      version: node.productVersion,
      connections: [...new Map(connections.map((one) => [one.url, one])).values()],
    })
  })
}

/**
 * The address as it is listed and, in the server's own network, the same without encryption: routers that guard
 * against DNS rebinding do not resolve the name in the listed one.
 */
function connectionsFrom(row: unknown, httpsRequired: boolean): ServerConnection[] {
  const node = readable(ConnectionNode, row)
  const url = node?.uri?.replace(/\/+$/, '')
  if (!node || url === undefined || !/^https?:\/\//.test(url) || !URL.canParse(url)) return []

  const { local, relay, address, port } = node
  const listed = { url, local, relay, secure: url.startsWith('https:') }
  if (!local || relay || httpsRequired || address === undefined || port === undefined) return [listed]

  const host = address.includes(':') ? `[${address.replace(/^\[|\]$/g, '')}]` : address
  return [listed, { url: `http://${host}:${port}`, local, relay, secure: false }]
}

const IdentityNode = z.object({ machineIdentifier: text, version: text })

/** Which server it is; undefined when something else answered. */
export function parseWhoAnswers(data: unknown): ServerIdentity | undefined {
  const about = readable(z.object({ MediaContainer: part(IdentityNode) }), data)?.MediaContainer
  if (about?.machineIdentifier === undefined) return undefined
  return { machineIdentifier: about.machineIdentifier, version: about.version ?? '' }
}
