import { OtpError } from '../errors.js'
import { connectionChecks as words } from '../messages/connection-checks.js'
import type { Capabilities, PlexPerson, ServerIdentity } from '../model.js'
import type { PlexAccount, PlexServer, PlexSignIn } from '../ports.js'
import type { OwnedServer } from './model.js'

/** The steps of the connection. */
type ConnectionCheck = 'server' | 'token' | 'account' | 'owner' | 'terminate' | 'restrict'

export type CheckName =
  | ConnectionCheck
  /** Beyond it: whether it is the server from before, what can be shared, what can be watched. */
  | 'identity'
  | 'sections'
  | 'sessions'
  /** On this machine. */
  | 'config'
  | 'store'
  | 'private-root'
  | 'discord'
  | 'discord-application'
  | 'discord-guild'
  | 'discord-commands'
  | 'discord-channel'
  | 'discord-permissions'
  | 'discord-admins'
  | 'discord-invite'
  | 'service'

/**
 * One step of the way to Plex. `lacking` is no fault: OTP works without it. `skipped` could not be tried, because
 * a step before it failed.
 */
export interface Check {
  check: CheckName
  outcome: 'good' | 'bad' | 'lacking' | 'skipped'
  /** What was found, in a sentence. */
  found: string
  /** What to do about it, where something is to be done. */
  remedy?: string
}

/** What was found on the way; missing where a step failed. */
export interface Connection {
  checks: Check[]
  identity?: ServerIdentity
  /** What the owner calls the server. */
  serverName?: string
  capabilities?: Capabilities
  owner?: PlexPerson
}

interface Needs {
  plexServer: PlexServer
  plexAccount: PlexAccount
  plexSignIn: PlexSignIn
}

/** Tries every step of the connection to Plex, and says for each how it went. */
export async function checkConnection(needs: Needs): Promise<Check[]> {
  return (await tryConnection(needs)).checks
}

/** The same, with what was found. */
export async function tryConnection(needs: Needs): Promise<Connection> {
  const { plexServer, plexAccount, plexSignIn } = needs

  const [server, account] = await Promise.all([
    attempt(() => plexServer.identity()),
    attempt(() => plexAccount.owner()),
  ])
  const [capabilities, owned] = await Promise.all([
    after(server, () => plexServer.capabilities()),
    after(account, () => plexSignIn.ownedServers()),
  ])
  const checks = [
    step('server', server, ({ version }) => words.server(version)),
    step('token', capabilities, words.token),
    step('account', account, ({ username }) => words.account(username)),
    owner(),
    ability('terminate', ({ canTerminate }) => canTerminate),
    ability('restrict', ({ canRestrict }) => canRestrict),
  ]
  const name = mine()?.name
  return {
    checks,
    ...(server.kind === 'good' && { identity: server.value }),
    ...(name !== undefined && { serverName: name }),
    ...(capabilities.kind === 'good' && { capabilities: capabilities.value }),
    ...(account.kind === 'good' && { owner: account.value }),
  }

  function owner(): Check {
    if (server.kind !== 'good' || owned.kind === 'skipped') return skipped('owner')
    if (owned.kind === 'bad') return bad('owner', owned.error)

    const found = mine()
    if (found) return { check: 'owner', outcome: 'good', found: words.owner(found.name) }
    return { check: 'owner', outcome: 'bad', found: words.notOwner(), remedy: words.remedies.owner() }
  }

  function mine(): OwnedServer | undefined {
    if (server.kind !== 'good' || owned.kind !== 'good') return undefined
    const { machineIdentifier } = server.value
    return owned.value.find((one) => one.machineIdentifier === machineIdentifier)
  }

  function ability(name: 'terminate' | 'restrict', has: (found: Capabilities) => boolean): Check {
    if (capabilities.kind !== 'good') return skipped(name)
    if (has(capabilities.value)) return { check: name, outcome: 'good', found: words.able[name]() }
    return { check: name, outcome: 'lacking', found: words.unable[name]() }
  }
}

type Attempt<T> = { kind: 'good'; value: T } | { kind: 'bad'; error: OtpError } | { kind: 'skipped' }

async function attempt<T>(ask: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { kind: 'good', value: await ask() }
  } catch (error) {
    if (error instanceof OtpError) return { kind: 'bad', error }
    throw error
  }
}

async function after<T>(before: Attempt<unknown>, ask: () => Promise<T>): Promise<Attempt<T>> {
  return before.kind === 'good' ? attempt(ask) : { kind: 'skipped' }
}

function step<T>(
  check: 'server' | 'token' | 'account',
  tried: Attempt<T>,
  found: (value: T) => string,
): Check {
  if (tried.kind === 'good') return { check, outcome: 'good', found: found(tried.value) }
  return tried.kind === 'bad' ? bad(check, tried.error) : skipped(check)
}

function bad(check: 'server' | 'token' | 'account' | 'owner', { code, message }: OtpError): Check {
  const remedy = code === 'plex_token_rejected' ? words.remedies.token() : words.remedies[check]()
  return { check, outcome: 'bad', found: message, remedy }
}

function skipped(check: ConnectionCheck): Check {
  return { check, outcome: 'skipped', found: words.skipped[check]() }
}
