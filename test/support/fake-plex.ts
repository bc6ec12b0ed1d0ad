import { OtpError } from '../../src/core/errors.js'
import type {
  Capabilities,
  Friend,
  ItemGrant,
  Library,
  MediaItem,
  PersonSettings,
  PlayState,
  PlexPerson,
  Session,
  Share,
} from '../../src/core/model.js'
import type { Clock, EndAnswer, PlexAccount, PlexServer } from '../../src/core/ports.js'
import { titleOf } from '../../src/core/titles.js'
import { theServer, unrestricted } from './builders.js'
import { createFakeLibrary } from './fake-library.js'

/** Every player reports its progress this often. */
const reportEveryMs = 10_000

/** What the player does when it is told to end: a `lingering` entry stays listed and shows no life. */
export type Obedience = 'leaves' | 'lingers' | 'only-stop' | 'nothing'

/** A call that goes wrong: before it did anything, or `after`, when only the answer is lost. */
interface Fault {
  call: keyof PlexServer | keyof PlexAccount
  error: OtpError
  times: number
  after: boolean
}

interface Playing {
  session: Session
  /** When the player began to count from `session.offsetMs`. */
  since: number
  obeys: Obedience
  frozen: boolean
}

/**
 * A media server and a plex.tv that behave as far as the core can see: friends, shares that must be accepted,
 * and players that report. `said` lists every call that changed something, in order.
 */
export function createFakePlex(clock: Clock) {
  const said: string[] = []
  const asked: Partial<Record<Fault['call'], number>> = {}
  const accounts: PlexPerson[] = []
  const items: MediaItem[] = []
  const libraries: Library[] = []
  const endings: { call: 'terminate' | 'stopPlayer'; answer: EndAnswer; times: number; after: boolean }[] = []
  /** What holds for each person on all servers; plex.tv keeps it when a share goes. */
  const settings = new Map<string, PersonSettings>()
  const behaviour = { landsOn: undefined as PlexPerson | undefined, keepsFilters: true, grants: true }
  const library = createFakeLibrary({ items, libraries, said, calling })
  /** Restrictions are for the tests of fences; `can` switches them on. */
  let capabilities: Capabilities = { plexPass: true, canTerminate: true, canRestrict: false }
  let friends: PlexPerson[] = []
  let home: string[] = []
  let shares: Omit<Share, 'settings'>[] = []
  let grants: ItemGrant[] = []
  let playing: Playing[] = []
  let faults: Fault[] = []
  let owner: PlexPerson = { plexId: '9000', username: 'owner' }
  let made = 0

  const server: PlexServer = {
    identity: () => calling('identity', () => ({ machineIdentifier: theServer, version: '1.43.0' })),
    capabilities: () => calling('capabilities', () => capabilities),
    sessions: () => calling('sessions', () => playing.map(asListed)),
    item: (ratingKey) => calling('item', () => items.find((one) => one.ratingKey === ratingKey)),
    children: (ratingKey) =>
      calling('children', () => items.filter((one) => one.parentRatingKey === ratingKey)),
    episodes: (ratingKey) => calling('episodes', () => items.filter((one) => isEpisodeOf(one, ratingKey))),
    search: (text, limit) =>
      calling('search', () =>
        items.filter((one) => one.title.toLowerCase().includes(text.toLowerCase())).slice(0, limit),
      ),
    libraries: () => calling('libraries', () => [...libraries]),
    ...library.calls,
    terminate: async (session, reason) => {
      said.push(`end ${describe(session)}: ${reason}`)
      return ending('terminate', session)
    },
    stopPlayer: async (session) => {
      said.push(`stop ${describe(session)}`)
      return ending('stopPlayer', session)
    },
    linkTo: (machineIdentifier, ratingKey) => `https://app.test/${machineIdentifier}/${ratingKey}`,
  }

  const account: PlexAccount = {
    owner: () => calling('owner', () => owner),
    friends: () => calling('friends', () => friends.map(asFriend)),
    shares: () => calling('shares', () => shares.map(asShared)),
    shareableLibraries: () => calling('shareableLibraries', () => libraries.map((one) => one.key)),
    invite: ({ machineIdentifier, to, libraryKeys, filters }) =>
      calling('invite', () => {
        const who = 'plexId' in to ? to.plexId : to.name
        const restriction = Object.values(filters).filter((one) => one !== '')
        said.push(
          `invite ${nameOf(who)} to ${libraryKeys}${restriction.length > 0 ? ` with ${restriction}` : ''}`,
        )
        if (libraryKeys.length === 0) throw refused('An empty list of libraries was sent.')

        const named = accounts.find((one) => one.plexId === who || one.username === who || one.email === who)
        const person = behaviour.landsOn ?? named
        behaviour.landsOn = undefined
        if (!person && !who.includes('@')) throw refused('No user with that username was found.')
        if (person && shareOf(person.plexId)) throw new OtpError('conflict', 'Already shared with them.')
        made += 1
        if (person) setSettings(person.plexId, { downloads: false, filters })
        shares.push({
          shareId: `share-${made}`,
          machineIdentifier,
          accepted: friends.some((one) => one.plexId === person?.plexId),
          ...(person ? { person } : { invitedEmail: who }),
          allLibraries: false,
          libraryKeys: [...libraryKeys],
        })
        return { shareId: `share-${made}` }
      }),
    setLibraries: ({ shareId, libraryKeys }) =>
      calling('setLibraries', () => {
        const share = shareById(shareId)
        said.push(`share ${libraryKeys} with ${nameOf(share.person?.plexId ?? '')}`)
        if (libraryKeys.length === 0) throw refused('An empty list of libraries was sent.')
        share.libraryKeys = [...libraryKeys]
        share.allLibraries = false
      }),
    setSettings: ({ plexId, settings: wanted }) =>
      calling('setSettings', () => {
        said.push(`set ${nameOf(plexId)} ${describeSettings(wanted)}`)
        setSettings(plexId, wanted)
      }),
    removeShare: ({ shareId }) =>
      calling('removeShare', () => {
        const share = shares.find((one) => one.shareId === shareId)
        said.push(`unshare ${nameOf(share?.person?.plexId ?? share?.invitedEmail ?? shareId)}`)
        shares = shares.filter((one) => one !== share)
      }),
    grants: () => calling('grants', () => structuredClone(grants)),
    grantItem: ({ machineIdentifier, plexId, ratingKey }) =>
      calling('grantItem', () => {
        said.push(`grant ${ratingKey} to ${nameOf(plexId)}`)
        if (!behaviour.grants) throw refused('No such thing.')
        made += 1
        const before = grants.find((one) => one.plexId === plexId)
        if (before) before.ratingKeys.push(ratingKey)
        else grants.push({ grantId: String(made), machineIdentifier, plexId, ratingKeys: [ratingKey] })
      }),
    removeGrant: (grantId) =>
      calling('removeGrant', () => {
        said.push(`take back grant ${grantId}`)
        grants = grants.filter((one) => one.grantId !== grantId)
      }),
  }

  return {
    server,
    account,
    said,
    /** How often each call was made. */
    asked: (call: Fault['call']) => asked[call] ?? 0,
    accounts,
    items,
    libraries,
    behaviour,
    labelsOf: library.labelsOf,
    label: library.label,
    watched: library.watched,
    holds: library.holds,
    grants: () => grants,
    settingsOf: (plexId: string) => settings.get(plexId),
    setSettings,
    can: (changed: Partial<Capabilities>) => {
      capabilities = { ...capabilities, ...changed }
    },
    setOwner: (person: PlexPerson) => {
      owner = person
      accounts.push(person)
    },
    befriend,
    share,
    shareOf,
    invited: () => shares.filter((one) => !one.accepted).length,
    accept,
    play,
    playRaw: (session: Session) => {
      playing.push({ session, since: clock.now(), obeys: 'leaves', frozen: false })
    },
    change,
    leave: (key: string) => {
      playing = playing.filter((one) => one.session.key !== key)
    },
    isPlaying: (key: string) => playing.some((one) => one.session.key === key),
    fail,
    answer,
    /** Everything works again. */
    heal: () => {
      faults = []
      endings.length = 0
    },
    /** plex.tv does not answer at all. */
    cutOffAccount: () => {
      const error = new OtpError('plex_unreachable', 'plex.tv did not answer.')
      for (const call of accountCalls) fail(call, error, { times: Infinity })
    },
  }

  async function calling<T>(call: Fault['call'], work: () => T): Promise<T> {
    asked[call] = (asked[call] ?? 0) + 1
    const fault = faults.find((one) => one.call === call && one.times > 0)
    if (fault) fault.times -= 1
    if (fault && !fault.after) throw fault.error

    const value = work()
    if (fault) throw fault.error
    return structuredClone(value)
  }

  /** Makes the next calls of this name go wrong. */
  function fail(
    call: Fault['call'],
    error: OtpError,
    { times = 1, after = false }: { times?: number; after?: boolean } = {},
  ): void {
    faults.push({ call, error, times, after })
  }

  /** Makes the next attempts to end a stream answer this, without ending it unless `after`. */
  function answer(
    call: 'terminate' | 'stopPlayer',
    kind: EndAnswer,
    { times = 1, after = false }: { times?: number; after?: boolean } = {},
  ): void {
    endings.push({ call, answer: kind, times, after })
  }

  function ending(call: 'terminate' | 'stopPlayer', session: Session): EndAnswer {
    const planned = endings.find((one) => one.call === call && one.times > 0)
    if (planned) planned.times -= 1
    if (planned && !planned.after) return planned.answer

    const done = obey(call, session)
    return planned ? planned.answer : done
  }

  function obey(call: 'terminate' | 'stopPlayer', session: Session): EndAnswer {
    const found = playing.find((one) => one.session.key === session.key)
    if (!found) return { kind: 'gone' }

    const leaves = found.obeys === 'leaves' || (found.obeys === 'only-stop' && call === 'stopPlayer')
    if (leaves) playing = playing.filter((one) => one !== found)
    if (found.obeys === 'lingers') {
      found.session = asListed(found)
      found.frozen = true
    }
    return { kind: 'accepted' }
  }

  function befriend(person: PlexPerson, isHome = false): void {
    accounts.push(person)
    friends = [...friends, person]
    if (isHome) home = [...home, person.plexId]
  }

  function asFriend(person: PlexPerson): Friend {
    const { plexId } = person
    return structuredClone({
      ...person,
      home: home.includes(plexId),
      settings: settings.get(plexId) ?? unrestricted(),
    })
  }

  function asShared(share: Omit<Share, 'settings'>): Share {
    return structuredClone({
      ...share,
      settings: settings.get(share.person?.plexId ?? '') ?? unrestricted(),
    })
  }

  function setSettings(plexId: string, wanted: PersonSettings): void {
    const filters = behaviour.keepsFilters ? wanted.filters : unrestricted().filters
    settings.set(plexId, structuredClone({ ...wanted, filters }))
  }

  /** A share that somebody made by hand. */
  function share(plexId: string, libraryKeys: string[], more: Partial<Omit<Share, 'settings'>> = {}): void {
    const person = accounts.find((one) => one.plexId === plexId)
    made += 1
    shares.push({
      shareId: `share-${made}`,
      machineIdentifier: theServer,
      accepted: true,
      ...(person && { person }),
      allLibraries: false,
      libraryKeys,
      ...more,
    })
  }

  /** The share of the server on stage. */
  function shareOf(plexId: string): Omit<Share, 'settings'> | undefined {
    return shares.find((one) => one.person?.plexId === plexId && one.machineIdentifier === theServer)
  }

  function shareById(shareId: string): Omit<Share, 'settings'> {
    const found = shares.find((one) => one.shareId === shareId)
    if (!found) throw refused('There is no such share.')
    return found
  }

  /** The guest presses the button in Plex's own mail. */
  function accept(plexId: string): void {
    const found = shareOf(plexId)
    if (!found?.person) throw new Error(`Nobody invited ${plexId}`)
    found.accepted = true
    friends = [...friends, found.person]
  }

  /** Somebody starts a stream; answers its session key. */
  function play(
    plexId: string,
    item: MediaItem,
    { obeys = 'leaves', offsetMs = 0, player = 'player-1', key = '' } = {} as {
      obeys?: Obedience
      offsetMs?: number
      player?: string
      key?: string
    },
  ): string {
    made += 1
    const sessionKey = key || String(made)
    playing.push({
      session: {
        key: sessionKey,
        id: `session-${sessionKey}`,
        user: { plexId, name: nameOf(plexId) },
        item,
        state: 'playing',
        offsetMs,
        player: { machineId: player, product: 'Plex Web', device: 'Chrome', platform: 'Linux' },
      },
      since: clock.now(),
      obeys,
      frozen: false,
    })
    return sessionKey
  }

  /** The same session goes on otherwise: another item, another place in it, another state. */
  function change(key: string, to: { item?: MediaItem; offsetMs?: number; state?: PlayState }): void {
    const found = playing.find((one) => one.session.key === key)
    if (!found) throw new Error(`There is no session ${key}`)
    found.session = { ...asListed(found), ...to }
    found.since = clock.now()
  }

  function asListed({ session, since, frozen }: Playing): Session {
    if (frozen || session.state !== 'playing') return session
    const reports = Math.floor((clock.now() - since) / reportEveryMs)
    return { ...session, offsetMs: session.offsetMs + reports * reportEveryMs }
  }

  function nameOf(plexId: string): string {
    return accounts.find((one) => one.plexId === plexId)?.username ?? plexId
  }

  function describe(session: Session): string {
    return `${session.user?.name ?? 'nobody'}'s ${session.item ? titleOf(session.item) : 'nothing'}`
  }
}

const accountCalls = [
  ...(['owner', 'friends', 'shares', 'shareableLibraries'] as const),
  ...(['invite', 'setLibraries', 'setSettings', 'removeShare'] as const),
  ...(['grants', 'grantItem', 'removeGrant'] as const),
]

/** `downloads, label=Otp-7003`. */
function describeSettings({ downloads, filters }: PersonSettings): string {
  const set = Object.values(filters).filter((one) => one !== '')
  return [downloads ? 'downloads' : 'no downloads', ...set].join(', ')
}

function isEpisodeOf(item: MediaItem, ratingKey: string): boolean {
  return (
    item.type === 'episode' && (item.parentRatingKey === ratingKey || item.grandparentRatingKey === ratingKey)
  )
}

function refused(reason: string): OtpError {
  return new OtpError('plex_refused', `plex.tv refused: ${reason}`)
}
