import { OtpError } from '../../src/core/errors.js'
import type { PlexPerson, ServerIdentity } from '../../src/core/model.js'
import type { Clock, PlexSetting, PlexSettings, PlexSignIn } from '../../src/core/ports.js'
import type { OwnedServer, PinState, ServerConnection } from '../../src/core/sign-in/model.js'
import { theServer } from './builders.js'

const pinLivesMs = 900_000

/** A server with one address in its own network. */
export function anOwnedServer(overrides: Partial<OwnedServer> = {}): OwnedServer {
  return {
    machineIdentifier: theServer,
    name: 'Attic Box',
    version: '1.43.0',
    connections: [aConnection()],
    ...overrides,
  }
}

export function aConnection(overrides: Partial<ServerConnection> = {}): ServerConnection {
  return { url: 'http://attic.test:32400', local: true, relay: false, secure: false, ...overrides }
}

/**
 * plex.tv as far as signing in goes. `tokens` says whose token it is and what they own; `said` lists every
 * question, in order.
 */
export function createFakeSignIn(clock: Clock) {
  const said: string[] = []
  const tokens = new Map<string, { account: PlexPerson; owns: OwnedServer[] }>()
  const answering = new Map<string, ServerIdentity>()
  const pins = new Map<string, PinState>()
  let failing: OtpError | undefined
  let inUse = ''
  let held: Promise<void> | undefined

  const port: PlexSignIn = {
    async beginPin() {
      said.push('begin')
      fail()
      const id = String(700 + pins.size)
      pins.set(id, { kind: 'waiting' })
      return { id, link: `https://sign-in.test/#?code=code-${id}`, expiresAt: clock.now() + pinLivesMs }
    },
    async checkPin(id) {
      said.push(`check ${id}`)
      await held
      fail()
      return pins.get(id) ?? { kind: 'expired' }
    },
    account: async (token = inUse) => known(token).account,
    ownedServers: async (token = inUse) => known(token).owns,
    async reach(url) {
      said.push(`reach ${url}`)
      return answering.get(url)
    },
    async keepAlive() {
      said.push('keep alive')
      fail()
    },
  }

  return {
    port,
    said,
    /** Somebody has an account, and the token that approving a PIN would bring. */
    person(token: string, account: PlexPerson, owns: OwnedServer[]) {
      tokens.set(token, { account, owns })
    },
    use(token: string) {
      inUse = token
    },
    approve: (id: string, token: string) => void pins.set(id, { kind: 'claimed', token }),
    forget: (id: string) => void pins.delete(id),
    /** A server answers at this address. */
    stand(url: string, machineIdentifier = theServer) {
      answering.set(url, { machineIdentifier, version: '1.43.0' })
    },
    fail(error: OtpError | undefined) {
      failing = error
    },
    /** Answers about PINs wait for this. */
    hold(until: Promise<void>) {
      held = until
    },
  }

  function fail(): void {
    if (failing) throw failing
  }

  function known(token: string): { account: PlexPerson; owns: OwnedServer[] } {
    fail()
    const found = tokens.get(token)
    if (!found) throw new OtpError('plex_token_rejected', 'plex.tv does not accept the Plex token.')
    return found
  }
}

/** The two settings, as they stand; `written` lists the changes. */
export function createFakePlexSettings(values: Record<PlexSetting, string>) {
  const written: string[] = []
  const fixed: Partial<Record<PlexSetting, string>> = {}
  let failing: OtpError | undefined

  const port: PlexSettings = {
    value: (setting) => values[setting],
    fixed: (setting) => fixed[setting],
    async change(setting, value) {
      if (failing) throw failing
      written.push(`${setting} = ${value}`)
      values[setting] = value
    },
  }
  return {
    port,
    written,
    fix: (setting: PlexSetting, why: string) => {
      fixed[setting] = why
    },
    fail(error: OtpError | undefined) {
      failing = error
    },
  }
}
