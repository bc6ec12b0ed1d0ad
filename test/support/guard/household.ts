import type { SimItem } from '../../../src/simulator/plex/catalogue.js'
import type { Tree } from '../../../src/simulator/plex/http-answers.js'
import type { SimPlayer } from '../../../src/simulator/plex/players.js'
import { createPlexWorld } from '../../../src/simulator/plex/world.js'
import { second } from '../builders.js'
import type { TestClock } from '../clock.js'

/** Who may become a guest: a friend without access, two with some from before, and somebody to be invited. */
export const guestNames = ['nora', 'omar', 'lena', 'pia'] as const
/** Who never does: the owner, a member of the household, and a friend who is lent nothing. */
export const otherNames = ['quill', 'kid', 'ravi'] as const

export type GuestName = (typeof guestNames)[number]
export type PersonName = GuestName | (typeof otherNames)[number]

export const itemNames = ['film', 'copy', 'other', 'third', 'first', 'second', 'later'] as const
export const lentNames = ['film', 'other', 'first', 'season', 'show'] as const
export type ItemName = (typeof itemNames)[number]
export type LentName = (typeof lentNames)[number]

export const playerKinds = ['plain', 'deaf', 'deaf with remote', 'deaf transcoding', 'nameless'] as const
/** Deaf ones go on when they are told to stop; a nameless one has no session id. */
export type PlayerKind = (typeof playerKinds)[number]

export const oddKinds = ['clip', 'nobody', 'unreadable', 'live'] as const
export type OddKind = (typeof oddKinds)[number]

/** Somebody in front of a screen, since some instant. */
export interface Stream {
  who: string
  kind: PlayerKind
  player: SimPlayer
  /** When it began to show what it shows. */
  itemSince: number
  vanishedAt?: number
}

export type Household = ReturnType<typeof createHousehold>

/** The people and the titles of the model, and who plays what. */
export function createHousehold(clock: TestClock, lingerMs = 45 * second) {
  const world = createPlexWorld({ clock, lingerMs })
  const film = world.addMovie({ title: 'Arrival', year: 2016, minutes: 116 })
  const { show, seasons, episodes } = world.addShow({ title: 'Tin Harbour', seasons: [2, 1] })
  const items = {
    film,
    copy: world.copyOf(film.ratingKey),
    other: world.addMovie({ title: 'Heat', year: 1995 }),
    third: world.addMovie({ title: 'Alien', year: 1979 }),
    first: there(episodes[0]),
    second: there(episodes[1]),
    later: there(episodes[2]),
    season: there(seasons[0]),
    show,
  } satisfies Record<ItemName | LentName, SimItem>
  for (const name of ['nora', 'omar', 'lena', 'pia', 'ravi']) world.addAccount(name)
  world.addHomeUser('kid')
  world.befriend('nora')
  world.shareWith('omar', ['Series'])
  world.shareWith('lena', 'all')
  world.shareWith('ravi', 'all')
  // As after the last restart: the next one counts the keys of sessions from the same beginning.
  world.restart()
  const streams: Stream[] = []
  const odd = new Map<OddKind, () => void>()

  return { world, items, streams, play, playNext, vanish, isLingering, toggleOdd, clear, ownLibrary }

  function play(who: string, name: ItemName, kind: PlayerKind, offsetMs: number): void {
    const player = world.play(who, items[name].ratingKey, {
      anyway: true,
      offsetMs,
      ignoresTerminate: kind.startsWith('deaf'),
      controllable: kind === 'deaf with remote',
      transcode: kind === 'deaf transcoding',
      withoutSessionId: kind === 'nameless',
    })
    streams.push({ who, kind, player, itemSince: clock.now() })
  }

  function playNext(stream: Stream, name: ItemName): void {
    stream.player.playNext(items[name].ratingKey)
    stream.itemSince = clock.now()
  }

  function vanish(stream: Stream): void {
    stream.player.vanish()
    stream.vanishedAt = clock.now()
  }

  /** Whether some app that was killed is still listed. */
  function isLingering(): boolean {
    return streams.some(({ vanishedAt = Number.NEGATIVE_INFINITY }) => clock.now() - vanishedAt < lingerMs)
  }

  /** A row of the list that no player stands behind, of a guest as far as anybody is named. */
  function toggleOdd(kind: OddKind): void {
    const takeOff = odd.get(kind)
    if (takeOff) takeOff()
    if (takeOff) odd.delete(kind)
    else odd.set(kind, world.putOnTheList(oddRow(kind)))
  }

  function oddRow(kind: OddKind): Tree {
    const nora = world.people.account('nora')
    const row: Tree = {
      sessionKey: `9${oddKinds.indexOf(kind)}`,
      viewOffset: 1,
      User: { id: String(nora.plexId), title: nora.username },
      Player: { machineIdentifier: `odd-${kind}`, state: 'playing' },
      Session: { id: `odd-${kind}`, bandwidth: 1, location: 'wan' },
    }
    const { ratingKey, guid, title } = items.other
    switch (kind) {
      case 'clip':
        return { ...row, ratingKey: '77', type: 'clip', title: 'Coming soon', subtype: 'trailer' }
      case 'nobody':
        return { ...row, ratingKey, guid, title, type: 'movie', User: undefined }
      case 'unreadable':
        return row
      case 'live':
        return { ...row, key: '/livetv/sessions/1', live: 1, type: 'episode', title: 'News' }
    }
  }

  /** Everybody goes to bed. */
  function clear(): void {
    for (const { player } of streams) player.stop()
    for (const takeOff of odd.values()) takeOff()
    odd.clear()
  }

  /** Whether somebody could open the library of an item before they were lent anything. */
  function ownLibrary(who: string, { libraryKey }: SimItem): boolean {
    if (who === 'omar') return world.catalogue.library(libraryKey)?.title === 'Series'
    return who === 'lena'
  }
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The household is not furnished')
  return value
}
