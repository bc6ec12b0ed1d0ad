import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { beforeAll, onTestFinished } from 'vitest'
import { z } from 'zod'
import type { SimAccount } from '../../src/simulator/plex/accounts.js'
import type { SimItem } from '../../src/simulator/plex/catalogue.js'
import type { SimShareSettings } from '../../src/simulator/plex/share-settings.js'
import type { Stage } from '../../src/simulator/stage.js'
import { assigned, ended, failure, type WireAssigned } from '../../src/wire/shapes.js'
import { anEvening, minute, type Seams, second } from './evening.js'

export type Medium = 'movie' | 'show' | 'season' | 'episode'
export type AccessWorld = Awaited<ReturnType<typeof anAccessWorld>>

/** What a guest is shown, asked with their own token: titles of libraries and rating keys of items, sorted. */
export interface Seen {
  libraries: string[]
  /** What the lists of these libraries hold: films, or shows, seasons and episodes. */
  listed: string[]
  /** What the item itself answers for, whether or not anything lists it. */
  readable: string[]
  /** What a search finds: films, shows and episodes. */
  found: string[]
}

/** Everything that a pass may change for anybody. Ids and times of shares are left out: a new one is as good. */
export type Standing = Awaited<ReturnType<AccessWorld['standing']>>

interface Options {
  /** A place for private libraries: beside the films, or this one. */
  folder?: boolean | string
  access?: string
  seams?: Seams
  whenOver?: (close: () => Promise<void>) => void
}

/** What the owner lets somebody do besides watching, when a test wants to see it kept. */
export const generous: Partial<SimShareSettings> = {
  allowSync: true,
  allowChannels: true,
  allowCameraUpload: true,
  allowTuners: 2,
}

const person = z.object({
  username: z.string(),
  friend: z.boolean(),
  settings: z.record(z.string(), z.unknown()).nullable(),
  shares: z.array(
    z.object({
      machineIdentifier: z.string(),
      accepted: z.boolean(),
      left: z.boolean(),
      allLibraries: z.boolean(),
      sectionIds: z.array(z.number()).transform((ids) => ids.toSorted()),
    }),
  ),
  granted: z.array(z.string()),
})
const everybody = z.object({ people: z.array(person), invitedAddresses: z.array(z.unknown()) })
const row = z.looseObject({ title: z.string(), ratingKey: z.string().optional(), key: z.string() })
const containerShape = z.object({
  MediaContainer: z.looseObject({
    Metadata: z.array(row).default([]),
    Directory: z.array(row).default([]),
    Hub: z.array(z.looseObject({ Metadata: z.array(row).default([]) })).default([]),
  }),
})

/**
 * The whole program over a household whose films and episodes are real files, so that private libraries can be
 * made. `folder` gives it a place for them; `access` are more lines of that section of the configuration.
 */
export async function anAccessWorld({
  folder = false,
  access = '',
  seams = {},
  whenOver = onTestFinished,
}: Options = {}) {
  const disk = mkdtempSync(join(tmpdir(), 'otp-access-'))
  const privateRoot = typeof folder === 'string' ? folder : join(disk, 'private')
  mkdirSync(privateRoot, { recursive: true })

  const place = folder ? `private_root = "${privateRoot}"` : ''
  const evening = await anEvening({
    config: `[access]\n${place}\n${access}\n`,
    before: furnish,
    seams,
    whenOver: (close) => whenOver(() => close().finally(clear)),
  })
  const { world, plexServer, plexTv, titles, api, clock } = evening
  const episode = world.catalogue.item(titles.episode)
  const media: Record<Medium, string> = {
    movie: titles.lent,
    show: episode?.grandparentRatingKey ?? '',
    season: episode?.parentRatingKey ?? '',
    episode: titles.episode,
  }
  let people = 0
  await evening.start()

  return {
    ...evening,
    media,
    disk,
    privateRoot,
    newcomer,
    acquaintance,
    lend,
    lendShort,
    takeBack,
    stateOf,
    ready,
    standing,
    seen,
    titlesAt,
    statusAt,
    view,
    belowOf,
    inLibrary,
  }

  function furnish(stage: Stage): void {
    const { catalogue } = stage.world
    stage.world.server.scanMs = 0
    const films = catalogue.itemsIn('3', 'movie')
    for (const { ratingKey, versions } of [...films, ...catalogue.itemsIn('4', 'episode')]) {
      const paths = versions.flat().map((file) => join(disk, file.path))
      for (const path of paths) {
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, `film ${ratingKey}`)
      }
      catalogue.setFiles(ratingKey, paths)
    }
    stage.world.label(stage.titles.lent, 'For-the-children')
  }

  /** Somebody with an account at plex.tv and nothing else. Each has a name of their own. */
  function newcomer(): SimAccount {
    people += 1
    return world.addAccount(`person.${people}`)
  }

  /** Somebody on the list of friends, who sees nothing of this server unless told. */
  function acquaintance(sees?: readonly string[] | 'all', settings: Partial<SimShareSettings> = {}) {
    const one = newcomer()
    world.befriend(one.username)
    if (sees) world.shareWith(one.username, sees)
    world.people.setSettings(one.username, settings)
    return one
  }

  /** `POST /assignments`; refused, with code and sentence, or assigned. */
  function lend(body: { guest: string; media: string; fence?: string; expires?: string }) {
    return asked('/api/v1/assignments', body)
  }

  /** `POST /request/add`, the short form. */
  function lendShort(query: string, plexUsername: string, ratingKey: string) {
    return asked(`/api/v1/request/add${query}`, { plexUsername, ratingKey })
  }

  async function asked(
    path: string,
    body: object,
  ): Promise<{ status: number; made?: WireAssigned; code?: string; reason?: string }> {
    await aWhile()
    const { status, json } = await api('POST', path, body)
    if (status === 201) return { status, made: z.object({ result: assigned }).parse(json).result }
    const { code, reason } = failure.parse(json)
    return { status, code, reason }
  }

  async function takeBack(id: string): Promise<{ access: string; states: string[] }> {
    await aWhile()
    const { json } = await api('DELETE', `/api/v1/assignments/${id}`)
    const { access, ended: over } = z.object({ result: ended }).parse(json).result
    return { access, states: over.map((one) => one.state) }
  }

  async function stateOf(id: string): Promise<string> {
    const { json } = await api('GET', `/api/v1/assignments/${id}`)
    return z.object({ result: z.object({ state: z.string() }) }).parse(json).result.state
  }

  /** Between two orders: what OTP read at plex.tv for the last one does not serve for the next. */
  function aWhile(): Promise<void> {
    return clock.leap(5 * second)
  }

  /** The guest says yes where there is an invitation, and OTP notices. */
  async function ready(
    { username }: SimAccount,
    made: Pick<WireAssigned, 'id' | 'state'> | undefined,
  ): Promise<void> {
    if (made?.state !== 'pending') return

    world.acceptInvitation(username)
    await clock.leap(minute)
    await evening.passUntil('the acceptance to be noticed', async () => (await stateOf(made.id)) === 'ready')
    await evening.passUntil('the admins to be told of it', async () =>
      evening.adminChannel().some((text) => text.includes(username) && text.includes('accepted')),
    )
  }

  /** How everybody and everything stands, read from plex.tv, the server and the disk; never from OTP. */
  async function standing() {
    const said = everybody.parse(await (await fetch(`${plexTv.url}/_sim/shares`)).json())
    const { catalogue } = world
    return {
      people: Object.fromEntries(said.people.map((one) => [one.username, one])),
      addresses: said.invitedAddresses,
      labels: Object.fromEntries(
        catalogue
          .items()
          .map(({ ratingKey }) => [ratingKey, world.labelsOf(ratingKey)] as const)
          .filter(([, labels]) => labels.length > 0),
      ),
      libraries: catalogue.libraries.map(({ key, uuid, title, folders }) => ({ key, uuid, title, folders })),
      items: catalogue.items().map((one) => one.ratingKey),
      files: filesBelow(disk),
    }
  }

  /** Paths, with how many names each file has: a link that was left behind shows, wherever it is. */
  function filesBelow(top: string): string[] {
    return readdirSync(top, { recursive: true, withFileTypes: true })
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ path, facts: statSync(path) }))
      .map(({ path, facts }) => `${relative(top, path)}${facts.isFile() ? ` ${facts.nlink}` : ''}`)
      .toSorted()
  }

  /** What the server shows to somebody who asks with their own token. */
  async function seen(who: SimAccount): Promise<Seen> {
    const libraries = (await ask(who, '/library/sections'))?.Directory ?? []
    const listed: string[] = []
    for (const { key } of libraries) {
      const types = world.catalogue.library(key)?.type === 'movie' ? [1] : [2, 3, 4]
      for (const type of types)
        listed.push(...keysOf(await ask(who, `/library/sections/${key}/all?type=${type}`)))
    }
    const readable: string[] = []
    for (const { ratingKey } of world.catalogue.items()) {
      readable.push(...keysOf(await ask(who, `/library/metadata/${ratingKey}`)))
    }
    return {
      libraries: libraries.map((one) => one.title).toSorted(),
      listed: listed.toSorted(),
      readable: readable.toSorted(),
      found: (await foundBy(who)).toSorted(),
    }
  }

  /** What somebody is shown to whom exactly these libraries are open, and of these exactly these items. */
  function view(libraries: readonly string[], items: readonly SimItem[]): Seen {
    const keysOfAll = (some: readonly SimItem[]) => some.map((one) => one.ratingKey).toSorted()
    return {
      libraries: libraries.toSorted(),
      listed: keysOfAll(items),
      readable: keysOfAll(items),
      found: keysOfAll(items.filter((one) => one.type !== 'season')),
    }
  }

  /** Letters that every title of the household has one of. */
  async function foundBy(who: SimAccount): Promise<string[]> {
    const found = new Set<string>()
    for (const letter of ['a', 'e', 'i', 'o']) {
      const hubs = (await ask(who, `/hubs/search?query=${letter}&limit=100`))?.Hub ?? []
      for (const { ratingKey } of hubs.flatMap((hub) => hub.Metadata)) if (ratingKey) found.add(ratingKey)
    }
    return [...found]
  }

  /** The titles that a list has, of libraries and items alike. */
  async function titlesAt(who: SimAccount, path: string): Promise<string[]> {
    const { Metadata = [], Directory = [], Hub = [] } = (await ask(who, path)) ?? {}
    return [...Metadata, ...Directory, ...Hub.flatMap((hub) => hub.Metadata)].map((one) => one.title)
  }

  async function statusAt(who: SimAccount, path: string): Promise<number> {
    return (await fetchAs(who, path)).status
  }

  function fetchAs({ token }: SimAccount, path: string): Promise<Response> {
    const headers = { 'X-Plex-Token': token, Accept: 'application/json' }
    return fetch(plexServer.url + path, { headers })
  }

  /** Undefined where the server says that there is no such thing. */
  async function ask(who: SimAccount, path: string) {
    const answer = await fetchAs(who, path)
    if (answer.status === 404) return undefined
    if (answer.status !== 200) throw new Error(`${path} was answered with ${answer.status}`)
    return containerShape.parse(await answer.json()).MediaContainer
  }

  /** An item and everything in it. */
  function belowOf(ratingKey: string): SimItem[] {
    return world.catalogue
      .items()
      .filter((one) => [one.ratingKey, one.parentRatingKey, one.grandparentRatingKey].includes(ratingKey))
  }

  function inLibrary(title: string): SimItem[] {
    const library = world.catalogue.libraries.find((one) => one.title === title)
    if (!library) throw new Error(`The server has no library called ${title}`)
    return world.catalogue.items().filter((one) => one.libraryKey === library.key)
  }

  function clear(): void {
    rmSync(disk, { recursive: true, force: true })
  }
}

/** One household for all tests of a `describe`, since every test leaves it as it was; each has people of its own. */
export function aHouse(options: Omit<Options, 'whenOver'>): () => AccessWorld {
  let house: AccessWorld | undefined
  let close = async () => {}
  beforeAll(async () => {
    house = await anAccessWorld({
      ...options,
      whenOver: (over) => {
        close = over
      },
    })
    return () => close()
  })
  return () => {
    if (!house) throw new Error('There is no house before the first test begins')
    return house
  }
}

/** The same with the one difference that an acceptance makes: who was invited is a friend, also afterwards. */
export function withFriend(before: Standing, username: string): Standing {
  const one = before.people[username]
  if (!one) throw new Error(`plex.tv knows nobody called ${username}`)
  const nothingSet = {
    allowSync: false,
    allowChannels: false,
    allowCameraUpload: false,
    allowTuners: 0,
    filterMovies: '',
    filterTelevision: '',
    filterMusic: '',
    filterPhotos: '',
    filterAll: '',
  }
  const shares = one.shares.map((share) => ({ ...share, accepted: true }))
  const settings = one.settings ?? nothingSet
  return { ...before, people: { ...before.people, [username]: { ...one, friend: true, shares, settings } } }
}

function keysOf(container: z.infer<typeof containerShape>['MediaContainer'] | undefined): string[] {
  return (container?.Metadata ?? []).flatMap((one) => one.ratingKey ?? [])
}
