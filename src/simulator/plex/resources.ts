import type { Tree } from './http-answers.js'

/** One address under which a server can be reached. */
export interface SimConnection {
  protocol: 'http' | 'https'
  address: string
  port: number
  uri: string
  local: boolean
  relay: boolean
  IPv6: boolean
}

/** A server, or another device, in the list of what an account can reach. */
export interface SimResource {
  name: string
  machineIdentifier: string
  /** `server`, or what else the device is. */
  provides: string
  /** Whose it is, when it is not the owner's. */
  sharedBy?: { plexId: number; username: string }
  presence: boolean
  connections: SimConnection[]
}

/** A second server of the same owner, on which people may have shares too. */
export const shed = {
  machineIdentifier: 'f'.repeat(40),
  name: 'Garden Shed',
  serverId: 8800124,
  libraries: [{ key: '1', sectionId: 77000001, title: 'Archive', type: 'movie' }],
}

/** What the owner sees beside the server that the tests are about. */
export function otherResources(): SimResource[] {
  return [
    {
      name: shed.name,
      machineIdentifier: shed.machineIdentifier,
      provides: 'server',
      presence: false,
      connections: [],
    },
    {
      name: 'Lighthouse',
      machineIdentifier: 'beac0n00'.repeat(5),
      provides: 'server',
      sharedBy: { plexId: 55110022, username: 'ada.tern' },
      presence: true,
      connections: [],
    },
    {
      name: 'Living Room',
      machineIdentifier: 'sim-television',
      provides: 'client,player,pubsub-player',
      presence: true,
      connections: [],
    },
  ]
}

/** The connection that a base address stands for. */
export function connectionTo(url: string, more: Partial<SimConnection> = {}): SimConnection {
  const { protocol, hostname, port } = new URL(url)
  return {
    protocol: protocol === 'https:' ? 'https' : 'http',
    address: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port),
    uri: url,
    local: true,
    relay: false,
    IPv6: hostname.startsWith('['),
    ...more,
  }
}

/** A resource as `/api/v2/resources` lists it. The access token is a secret. */
export function resourceTree(
  resource: SimResource,
  asked: { accessToken: string; query: URLSearchParams },
): Tree {
  const isServer = resource.provides.split(',').includes('server')
  const { sharedBy } = resource

  return {
    name: resource.name,
    product: isServer ? 'Plex Media Server' : 'Plex for Smart TVs',
    productVersion: '1.43.2.10687-sim',
    platform: 'Linux',
    device: 'PC',
    clientIdentifier: resource.machineIdentifier,
    provides: resource.provides,
    createdAt: '2029-01-05T08:00:00Z',
    lastSeenAt: '2031-03-02T09:58:00Z',
    ownerId: sharedBy?.plexId ?? null,
    sourceTitle: sharedBy?.username ?? null,
    publicAddress: '203.0.113.9',
    accessToken: asked.accessToken,
    owned: sharedBy === undefined,
    home: false,
    synced: false,
    relay: resource.connections.some((one) => one.relay),
    presence: resource.presence,
    httpsRequired: false,
    publicAddressMatches: true,
    dnsRebindingProtection: false,
    natLoopbackSupported: false,
    connections: resource.connections
      .filter((one) => isAskedFor(one, asked.query))
      .map((one) => ({ ...one })),
  }
}

/** Secure, relayed and IPv6 addresses are told only to those who ask for them. */
function isAskedFor(connection: SimConnection, query: URLSearchParams): boolean {
  const includes = (name: string) => query.get(name) === '1'
  return (
    (connection.protocol === 'http' || includes('includeHttps')) &&
    (!connection.relay || includes('includeRelay')) &&
    (!connection.IPv6 || includes('includeIPv6'))
  )
}
