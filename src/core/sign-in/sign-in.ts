import { transact } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import { signIn as words } from '../messages/sign-in.js'
import type { PlexPerson } from '../model.js'
import type { Clock, Logger, PlexSettings, PlexSignIn, Store } from '../ports.js'
import type { Setting } from '../records.js'
import type { OwnedServer, SignInPin, SignInState } from './model.js'
import { openElsewhere } from './server-choice.js'

/** plex.tv wants to be asked about a PIN no oftener. */
const askEveryMs = 1_000

/** Signing in at Plex with a PIN. One is under way at a time: a new one takes the place of the one before. */
export interface SignIn {
  /** Throws `conflict` where the token comes from outside the configuration file; then no PIN is made. */
  begin(by: string): Promise<SignInPin>
  /**
   * How it stands. Once somebody has signed in, their token is written to the configuration and used; throws
   * `conflict` and writes nothing when they do not own the server. A PIN of somebody else counts as expired.
   */
  check(request: { id: string; by: string }): Promise<SignInState>
}

interface Needs {
  plexSignIn: PlexSignIn
  plexSettings: PlexSettings
  store: Store
  clock: Clock
  log: Logger
  /** The server is chosen right after: any account with one will do, unless passes are open on the present one. */
  choosesServerNext?: boolean
  /** A token is in use that was not before. */
  signedIn?: () => Promise<void>
}

type Pin = Extract<Setting, { name: 'plex-pin' }>

export function createSignIn(needs: Needs): SignIn {
  const { plexSignIn, plexSettings, store, clock, log } = needs
  /** The last time that plex.tv was asked, with the answer that whoever asks meanwhile shares. */
  let last: { pinId: string; at: number; running: boolean; answer: Promise<SignInState> } | undefined

  return { begin, check }

  async function begin(by: string): Promise<SignInPin> {
    const fixed = plexSettings.fixed('token')
    if (fixed !== undefined) throw new OtpError('conflict', fixed)

    const pin = await plexSignIn.beginPin()
    await remember({ name: 'plex-pin', pinId: pin.id, by, expiresAt: pin.expiresAt })
    log.info('sign-in at Plex begun', { by })
    return pin
  }

  async function check({ id, by }: { id: string; by: string }): Promise<SignInState> {
    const pin = await remembered()
    if (pin?.pinId !== id || pin.by !== by) return { state: 'expired' }
    if (pin.account) return { state: 'done', account: pin.account }

    const tooSoon = last && (last.running || clock.now() - last.at < askEveryMs)
    if (!last || !tooSoon) return ask(pin)
    return last.pinId === id ? last.answer : { state: 'waiting', expiresAt: pin.expiresAt }
  }

  function ask(pin: Pin): Promise<SignInState> {
    const asking = { pinId: pin.pinId, at: clock.now(), running: true, answer: look(pin) }
    const answered = () => {
      asking.running = false
    }
    asking.answer.then(answered, answered)
    last = asking
    return asking.answer
  }

  async function look(pin: Pin): Promise<SignInState> {
    const found = await plexSignIn.checkPin(pin.pinId)

    switch (found.kind) {
      case 'claimed':
        return take(pin, found.token)
      case 'expired':
        return { state: 'expired' }
      case 'waiting':
        if (clock.now() >= pin.expiresAt) return { state: 'expired' }
        return { state: 'waiting', expiresAt: pin.expiresAt }
    }
  }

  async function take(pin: Pin, token: string): Promise<SignInState> {
    await refuseStrangers(await plexSignIn.ownedServers(token))
    const { plexId, username } = await plexSignIn.account(token)
    const account: PlexPerson = { plexId, username }

    await plexSettings.change('token', token)
    await remember({ ...pin, account })
    log.info('signed in at Plex', { plexId, by: pin.by })
    await needs.signedIn?.()
    return { state: 'done', account }
  }

  async function refuseStrangers(owned: readonly OwnedServer[]): Promise<void> {
    if (owned.length === 0) throw new OtpError('conflict', words.ownsNothing())

    const inUse = await serverInUse()
    if (inUse === undefined || owned.some((one) => one.machineIdentifier === inUse)) return
    if (needs.choosesServerNext && (await openElsewhere(store, owned)) === 0) return
    throw new OtpError('conflict', words.ownsAnother())
  }

  /** The one that answers or, while none does, the one that was there last. */
  async function serverInUse(): Promise<string | undefined> {
    const found = await plexSignIn.reach(plexSettings.value('url'))
    if (found) return found.machineIdentifier

    const stored = await store.read('setting', 'server')
    return stored?.record.name === 'server' ? stored.record.machineIdentifier : undefined
  }

  async function remembered(): Promise<Pin | undefined> {
    const stored = await store.read('setting', 'plex-pin')
    return stored?.record.name === 'plex-pin' ? stored.record : undefined
  }

  function remember(record: Pin): Promise<void> {
    return transact(store, async () => {
      const stored = await store.read('setting', 'plex-pin')
      const condition = stored ? { ifRevision: stored.revision } : ({ unless: 'exists' } as const)
      return { changes: [{ kind: 'setting', id: 'plex-pin', record, ...condition }], value: undefined }
    })
  }
}
