import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test, vi } from 'vitest'
import { ownLabel } from '../../src/core/access/wanted.js'
import { all } from '../../src/core/engine/transact.js'
import type { Guest } from '../../src/core/model.js'
import type { Store } from '../../src/core/ports.js'
import { hasLeftSomething } from '../../src/core/records.js'
import { isOpen } from '../../src/core/states.js'
import { buildStage, type Stage } from '../../src/simulator/stage.js'
import { openStore } from '../../src/store/open.js'
import { systemClock } from '../../src/util/clock.js'
import { programOf } from '../support/program.js'
import { isWhole, seed } from '../support/slice.js'
import { createApi } from './api.js'
import { eventually } from './eventually.js'
import { bootDeadlineMs, createProcesses, withoutDiscord } from './processes.js'

vi.setConfig({ testTimeout: 900_000 })

const apiKey = 'key-to-play-with-the-simulators'
/** What was asked for when the program died is looked for during a quarter of an hour, which is a minute then. */
const settledWithinMs = 90_000
/**
 * After a start it takes half a minute of readings until a guest is released. The clock runs so fast then that the
 * readings, one in 100 ms, are as far apart as usual.
 */
const speedAfterwards = 15
/** An invitation that nobody finds counts as lost after a quarter of an hour. */
const untilLostMs = 16 * 60_000
/** How many processes may run beside each other, and how long the slice of one story may take. */
const sideBySide = 2
const sliceMs = 5_000

interface Story {
  guest: string
  media: (titles: Stage['titles']) => string
  aheadMs: number
  /** Whether all of it has been given. */
  isGiven: (home: Home) => boolean
}

const stories: Record<string, Story> = {
  'a film to a stranger, by label': {
    guest: 'guest.one',
    media: (titles) => titles.lent,
    aheadMs: untilLostMs,
    isGiven: ({ stage: { world, titles } }) => {
      const { plexId } = world.people.account('guest.one')
      const share = world.shareOf('guest.one')
      const { filterMovies } = world.people.settingsOf(plexId) ?? {}
      return (
        share !== undefined &&
        share.sectionIds.length === 1 &&
        filterMovies === `label=Otp-${plexId}` &&
        isSame(world.labelsOf(titles.lent), [`Otp-${plexId}`])
      )
    },
  },
  'an episode to a friend, privately': {
    guest: 'friend.two',
    media: (titles) => titles.episode,
    aheadMs: 0,
    isGiven: ({ stage: { world }, privateRoot, files }) => {
      const library = world.catalogue.libraries.find((one) => one.folders[0]?.startsWith(privateRoot))
      const share = world.shareOf('friend.two')
      const episodes = library ? world.catalogue.itemsIn(library.key, 'episode') : []
      const paths = episodes.flatMap((one) => one.versions.flat().map((file) => file.path))
      return (
        share !== undefined &&
        isSame(share.sectionIds, [library?.sectionId]) &&
        paths.length === 1 &&
        isSame(paths, files())
      )
    },
  },
}

test.each(Object.entries(stories))('%s: killed after each step, it is given or not', async (name, story) => {
  const startedAt = Date.now()
  const steps = await undisturbed(story)
  const chosen = chosenOf(steps.length, Date.now() - startedAt)
  process.stdout.write(`${name}: ${steps.length} steps, ${chosen.length} deaths, seed ${seed}\n`)
  expect(steps.length).toBeGreaterThan(10)

  const left = [...chosen]
  const workers = Array.from({ length: sideBySide }, async () => {
    for (let last = left.shift(); last !== undefined; last = left.shift()) {
      await diesAfter(story, last).catch((error: unknown) => {
        throw new Error(`After step ${last} of ${steps.length} (${steps[last - 1]}): ${String(error)}`)
      })
    }
  })
  await Promise.all(workers)
})

/** Given and taken back in one go; answers the names of the steps. */
async function undisturbed(story: Story): Promise<string[]> {
  const home = await createHome(story)
  try {
    const pristine = await home.world()
    const { api, service } = await home.serve()
    await api.add(story.guest, home.media)
    expect(story.isGiven(home)).toBe(true)
    expect(home.invitations()).toBe(1)

    await api.remove(story.guest)
    await eventually('rest', async () => (await home.onTheWay()).length === 0, settledWithinMs)
    expect(await home.world()).toEqual(pristine)
    const steps = home.steps()
    await ended(service)
    return steps
  } finally {
    await home.close()
  }
}

/** Killed after a step of giving and taking back; then started again. */
async function diesAfter(story: Story, lastStep: number): Promise<void> {
  const home = await createHome(story)
  try {
    const pristine = await home.world()
    await home.liveUntil(lastStep)
    expect(home.steps()).toHaveLength(lastStep)

    const { api, service } = await home.serve({
      MORTAL_AHEAD_MS: String(story.aheadMs),
      MORTAL_SPEED: String(speedAfterwards),
    })
    await eventually('rest', async () => (await home.onTheWay()).length === 0, settledWithinMs).catch(
      async (error: unknown) => {
        throw new Error(`${String(error)}: ${await home.onTheWay()}`)
      },
    )
    expect(home.invitations()).toBeLessThanOrEqual(1)
    const open = await home.openAssignments()
    if (open.length > 0) {
      expect(open).toHaveLength(1)
      expect(story.isGiven(home)).toBe(true)
      await api.remove(story.guest)
      await eventually(
        'rest after the end',
        async () => (await home.onTheWay()).length === 0,
        settledWithinMs,
      )
    }
    expect(await home.world()).toEqual(pristine)
    await ended(service)
  } finally {
    await home.close()
  }
}

async function ended(service: Awaited<ReturnType<Home['serve']>>['service']): Promise<void> {
  service.signal('SIGTERM')
  expect(await service.ended).toEqual({ code: 0, signal: null })
}

type Home = Awaited<ReturnType<typeof createHome>>

/** A household in this process, and a folder with configuration, store, media and private libraries of its own. */
async function createHome(story: Story) {
  const processes = createProcesses()
  const stage = await buildStage({ clock: systemClock })
  const { world, titles, plexTv } = stage
  const { folder } = processes
  const privateRoot = join(folder, 'private')
  const storeUrl = `sqlite://${join(folder, 'otp.sqlite')}`
  const media = story.media(titles)
  const stepsFile = processes.write('steps', '')
  mkdirSync(privateRoot)
  const film = join(folder, 'film.mkv')
  writeFileSync(film, 'a film')
  world.catalogue.setFiles(media, [film])
  const text = withoutDiscord(stage.configText({ apiPort: 0, apiKey, storeUrl }))
  processes.write('config.toml', `${text}\n[access]\nprivate_root = "${privateRoot}"\n`)
  let store: Store | undefined

  return {
    stage,
    media,
    privateRoot,
    serve,
    liveUntil,
    steps,
    world: standing,
    files,
    invitations,
    openAssignments,
    onTheWay,
    close,
  }

  async function serve(env: Record<string, string> = {}) {
    const service = await processes.serve([], { ...env, ...mortal, MORTAL_STEPS: stepsFile })
    const api = createApi(service.url, apiKey)
    await eventually('readiness', async () => (await api.ready()).status === 200, bootDeadlineMs)
    return { service, api }
  }

  /** A process that gives and takes back until it is killed, be it at the start. */
  async function liveUntil(lastStep: number): Promise<void> {
    const env = { ...mortal, MORTAL_STEPS: stepsFile, MORTAL_LAST_STEP: String(lastStep) }
    const service = await processes.serve([], env).catch((error: unknown) => {
      if (steps().length < lastStep) throw error
      return undefined
    })
    if (!service) return

    const api = createApi(service.url, apiKey)
    const work = async () => {
      await eventually('readiness', async () => (await api.ready()).status === 200, bootDeadlineMs)
      await api.add(story.guest, media)
      await api.remove(story.guest)
    }
    // Whatever it was asked last, it does not answer.
    await work().catch(() => undefined)
    expect(await service.ended).toEqual({ code: null, signal: 'SIGKILL' })
  }

  function steps(): string[] {
    return readFileSync(stepsFile, 'utf8').split('\n').filter(Boolean)
  }

  /** Everything that a pass may change, for everybody. */
  async function standing() {
    const shares = await fetch(`${stage.plexServer.url}/_sim/shares`)
    return {
      shares: await shares.json(),
      labels: world.catalogue.items().flatMap(({ ratingKey }) => world.labelsOf(ratingKey)),
      libraries: world.catalogue.libraries.map(({ key, title, folders }) => ({ key, title, folders })),
      folders: readdirSync(privateRoot),
    }
  }

  function files(): string[] {
    return readdirSync(privateRoot, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => join(one.parentPath, one.name))
  }

  function invitations(): number {
    return plexTv.journal.filter(({ method, path }) => method === 'POST' && /shared_servers/.test(path))
      .length
  }

  async function records() {
    store ??= await openStore(storeUrl)
    return {
      assignments: (await all(store, 'assignment')).map((one) => one.record),
      invitations: (await all(store, 'invitation')).map((one) => one.record),
      guests: (await all(store, 'guest')).map((one) => one.record),
    }
  }

  async function openAssignments() {
    return (await records()).assignments.filter(isOpen)
  }

  /** What OTP has not brought to an end yet. */
  async function onTheWay(): Promise<string[]> {
    const { assignments, invitations: sent, guests } = await records()
    const isOwed = assignments.some(isOpen)
    return [
      ...assignments
        .filter((one) => one.access !== (isOpen(one) ? 'given' : 'taken'))
        .map((one) => `assignment ${one.state}, ${one.access}`),
      ...sent
        .filter((one) => one.state === 'asked' || hasLeftSomething(one))
        .map((one) => `invitation ${one.state}`),
      ...guests
        .filter((one) => one.watched !== isOwed || !hasOwnLabel(one))
        .map((one) => `guest ${one.watched ? 'watched' : 'not watched'}`),
    ]
  }

  async function close(): Promise<void> {
    await store?.close()
    await processes.tidy()
    await stage.close()
  }
}

function hasOwnLabel({ plexId, label, labelled = [] }: Guest): boolean {
  return label === undefined && labelled.every((one) => one.label === ownLabel(plexId))
}

/** The child brings its death with it. */
const mortal = {
  NODE_OPTIONS: `--import ${pathToFileURL(programOf('test/process/kill-child.ts')).href}`,
  OTP_MONITOR_INTERVAL_MS: '100',
}

function chosenOf(steps: number, onceMs: number): number[] {
  const affordable = Math.max(1, Math.floor((sliceMs * sideBySide) / (2 * onceMs)))
  const every = isWhole ? 1 : Math.max(1, Math.ceil(steps / affordable))
  const numbers = Array.from({ length: steps }, (_, at) => at + 1)
  return numbers.filter((one) => one % every === seed % every)
}

function isSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one))
}
