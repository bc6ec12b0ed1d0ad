import { hour, minute, second } from '../builders.js'
import type { Scene } from './journeys.js'
import type { Trouble } from './lived.js'

const day = 24 * hour

/** The program's clock is set by somebody while time goes on, and set right again in the end; or time is skipped. */
export const clockTroubles: Record<string, () => Trouble> = {
  ...Object.fromEntries(
    Object.entries({ '2 min': 2 * minute, 'an hour': hour, 'a day': day }).flatMap(([name, ms]) => [
      [`the clock is set ${name} forward`, () => setWrong(ms)],
      [`the clock is set ${name} back`, () => setWrong(-ms)],
      [`${name} is slept through`, () => slept(ms)],
    ]),
  ),
}

/** What becomes of the way by which the server announces what happens. */
export const pushTroubles: Record<string, () => Trouble> = {
  'closes the connection': () => pushed(({ guard }) => guard.dropPush('close')),
  'resets the connection': () => pushed(({ guard }) => guard.dropPush('reset')),
  'falls silent': () => pushed(({ guard }) => guard.plexServer.push.strand('muted')),
  'gives no sign of life': () => pushed(({ guard }) => guard.plexServer.push.strand('dead')),
  'announces nothing': () => switched({ silence: 'muted' }),
  'loses what it announces': () => switched({ lose: 1_000 }),
  'announces in the old form': () => switched({ form: 'old' }),
  'announces everybody each time': () => switched({ with: 'others' }),
  'takes no listeners': () => closed(503),
  'takes no such token': () => closed(401),
  'has no such way': () => closed(404),
  'announces what nobody can read': () => babbling(['', '{', '[]', '{"NotificationContainer":7}', '<html>']),
  'announces what is not so': () => babbling([lie('playing', 1), lie('stopped', 1), lie('playing', 'many')]),
}

function setWrong(byMs: number): Trouble {
  let shiftMs = 0
  return {
    seams: { clock: (clock) => ({ ...clock, now: () => clock.now() + shiftMs }) },
    begin: () => {
      shiftMs = byMs
    },
    during: ({ guard }, lastsMs) => guard.pass(Math.max(lastsMs, 30 * second)),
    end: () => {
      shiftMs = 0
    },
    // Lines are written in the order in which things happened, whatever the clock said then.
    excuses: /its history goes back|after its deadline|was told of violations twice within -/,
  }
}

function slept(ms: number): Trouble {
  return { begin: ({ guard }) => guard.clock.leap(ms) }
}

function pushed(what: (scene: Scene) => void): Trouble {
  return { push: true, begin: what }
}

type Switches = Scene['guard']['plexServer']['push']['switches']

function switched(to: Partial<Switches>): Trouble {
  let before: Partial<Switches> = {}
  return {
    push: true,
    begin: ({ guard }) => {
      before = { ...guard.plexServer.push.switches }
      Object.assign(guard.plexServer.push.switches, to)
    },
    end: ({ guard }) => void Object.assign(guard.plexServer.push.switches, before),
  }
}

function closed(status: number): Trouble {
  const { begin, ...rest } = switched({ websocket: status, sse: status })
  return {
    ...rest,
    begin: async (scene) => {
      await begin?.(scene)
      scene.guard.dropPush()
    },
  }
}

function babbling(texts: readonly string[]): Trouble {
  return {
    push: true,
    during: async ({ guard }, lastsMs) => {
      for (let passedMs = 0; passedMs < lastsMs; passedMs += second) {
        for (const text of texts) guard.plexServer.push.send(text)
        await guard.pass(second)
      }
    },
  }
}

function lie(state: string, sessionKey: string | number): string {
  const report = {
    sessionKey,
    clientIdentifier: '',
    guid: '',
    ratingKey: '6001',
    key: '/x',
    viewOffset: 1,
    state,
  }
  return JSON.stringify({
    NotificationContainer: { type: 'playing', size: 1, PlaySessionStateNotification: [report] },
  })
}
