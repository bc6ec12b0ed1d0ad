import { type Command, Option } from 'commander'
import { z } from 'zod'
import { OtpError } from '../../core/errors.js'
import { login as words } from '../../core/messages/sign-in.js'
import type { PlexPerson } from '../../core/model.js'
import type { Clock } from '../../core/ports.js'
import type { ListedServer, SignInPin, SignInState } from '../../core/sign-in/model.js'
import type { ServerChoice } from '../../core/sign-in/server-choice.js'
import type { SignIn } from '../../core/sign-in/sign-in.js'
import { pick } from '../asking.js'
import type { Show } from '../screen.js'
import { addVerb, globalOptions, type OpenDesk } from '../verb.js'
import type { Own } from './own.js'

/** Signing in on this machine, without a running service. */
export interface SignInHere {
  signIn: SignIn
  servers: ServerChoice
  /** The address that is in use, where it comes from the environment and no other can be chosen. */
  fixedUrl: string | undefined
  /** The configuration file had to be written first. */
  wroteConfig: boolean
}

/** Who asks for the PIN. */
const by = 'terminal'
const askEveryMs = 1_000
const minuteMs = 60_000

/** `otp login`: brings the owner's token and the address of the server into the configuration. */
export function addLogin(program: Command, openDesk: OpenDesk, own: Own, clock: Clock): void {
  addVerb(program, openDesk, {
    usage: 'login',
    summary: 'sign in at Plex and choose the server (needs no running service)',
    example: 'otp login --server "Attic Box"',
    flags: [new Option('--server <server>', 'name or id of the server, where the account owns several')],
    options: globalOptions.extend({ server: z.string().exactOptional() }),

    async run(_, { config, server: wanted }, { show }) {
      const { account, server, url } = await logIn(own, { config, wanted, show, clock })
      show.one({ account, server, url }, () => [
        words.signedIn(account.username),
        words.guards(server.name, url),
        words.startAnew(),
      ])
    },
  })
}

/** Signs in, and brings the token and the address of the server into the configuration. */
export function logIn(
  own: Own,
  { config, wanted, show, clock }: { config: string; wanted: string | undefined; show: Show; clock: Clock },
) {
  return own.signIn(config, async (here) => {
    if (here.wroteConfig) show.aside(words.configWritten(config))
    const account = await signedIn(here, show, clock)
    return { account, ...(await chosen(here, show, wanted)) }
  })
}

async function signedIn({ signIn }: SignInHere, show: Show, clock: Clock): Promise<PlexPerson> {
  const pin = await signIn.begin(by)
  for (const line of words.openThis(pin.link)) show.aside(line)

  const state = await show.waiting(words.waiting(), answered(signIn, pin, clock), async () =>
    words.waitingStill(Math.max(1, Math.ceil((pin.expiresAt - clock.now()) / minuteMs))),
  )
  if (state.state === 'done') return state.account
  throw new OtpError('conflict', words.pinExpired())
}

async function answered(signIn: SignIn, pin: SignInPin, clock: Clock): Promise<SignInState> {
  for (;;) {
    await clock.sleep(askEveryMs)
    const state = await patiently(() => signIn.check({ id: pin.id, by }), pin, clock)
    if (state.state !== 'waiting') return state
  }
}

/** plex.tv may be away for a moment: the PIN outlives that. */
async function patiently(
  check: () => Promise<SignInState>,
  { expiresAt }: SignInPin,
  clock: Clock,
): Promise<SignInState> {
  try {
    return await check()
  } catch (error) {
    const isPassing = error instanceof OtpError && ['plex_unreachable', 'plex_busy'].includes(error.code)
    if (!isPassing || clock.now() >= expiresAt) throw error
    return { state: 'waiting', expiresAt }
  }
}

async function chosen(
  { servers, fixedUrl }: SignInHere,
  show: Show,
  wanted: string | undefined,
): Promise<{ server: { machineIdentifier: string; name: string }; url: string }> {
  const owned = await show.waiting(words.lookingForServers(), servers.servers())
  const inUse = owned.find((one) => one.inUse)
  if (fixedUrl !== undefined) {
    if (!inUse) throw new OtpError('plex_unreachable', words.fixedAddressSilent())
    return { server: named(inUse), url: fixedUrl }
  }

  const server = await oneOf(owned, show, wanted)
  const { machineIdentifier, name } = server
  const { url } = await show.waiting(words.trying(name), servers.choose({ machineIdentifier, by }))
  return { server: named(server), url }
}

function named({ machineIdentifier, name }: ListedServer) {
  return { machineIdentifier, name }
}

/** The one that was asked for, the only one, or the one that whoever sits there picks. */
async function oneOf(
  owned: readonly ListedServer[],
  show: Show,
  wanted: string | undefined,
): Promise<ListedServer> {
  const names = owned.map((one) => one.name)
  const matching = wanted === undefined ? owned : owned.filter((one) => isCalled(one, wanted))
  const [only, another] = matching

  if (!only) throw new OtpError('not_found', words.noSuchServer(wanted ?? '', names))
  return another ? picked(matching, show) : only
}

function isCalled({ machineIdentifier, name }: ListedServer, wanted: string): boolean {
  return machineIdentifier === wanted || name.toLowerCase() === wanted.trim().toLowerCase()
}

async function picked(servers: readonly ListedServer[], show: Show): Promise<ListedServer> {
  const inUse = servers.find((one) => one.inUse)
  const server = await pick(show, {
    heading: words.severalServers(),
    options: servers.map((one) => ({ value: one, label: words.serverLine(one.name, one.inUse) })),
    ...(inUse && { standing: { value: inUse, name: inUse.name } }),
  })
  if (server) return server
  throw several(servers)
}

function several(servers: readonly ListedServer[]): OtpError {
  const candidates = servers.map((one) => ({ value: one.machineIdentifier, label: one.name }))
  const names = servers.map((one) => `${one.name} (${one.machineIdentifier})`)
  return new OtpError('ambiguous', words.sayWhich(names), { candidates })
}
