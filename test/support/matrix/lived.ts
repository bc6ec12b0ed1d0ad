import { minute, second } from '../builders.js'
import { watchCalls } from '../guard/calls.js'
import { watchCosts } from '../guard/costs.js'
import { calmDown, goHome, standing } from '../guard/evening.js'
import { aGuardWorld, type GuardOptions, type GuardWorld, type Seams } from '../guard/guard-world.js'
import { complaintsAboutRecords } from '../guard/records.js'
import { complaintsAboutTelling } from '../guard/tellings.js'
import { type Journey, refusalOf, type Scene } from './journeys.js'

/** Something that goes wrong while a journey is under way. */
export interface Trouble {
  seams?: Seams
  access?: GuardOptions['access']
  /** Before anything is begun. */
  prepare?: (guard: GuardWorld) => void
  /** Listens to what the server announces. */
  push?: boolean
  begin?: (scene: Scene) => void | Promise<void>
  /** While what happens takes its time; nothing but that unless told. */
  during?: (scene: Scene, lastsMs: number) => Promise<void>
  end?: (scene: Scene) => void | Promise<void>
  /** What is left of it when everybody has gone home, in words. */
  afterwards?: (guard: GuardWorld) => string[]
  /** What may be complained of, as nothing else can be expected of this trouble. */
  excuses?: RegExp
}

/** What was asked of whom in the course of a journey. */
export interface Footprint {
  server: string[]
  account: string[]
  steps: number
}

/** What is not known to be done or not is waited for this long, a minute at a time. */
const doubtMinutes = 22

/**
 * Lives through a journey in which something goes wrong, lets it be well again, and says whatever is not as
 * promised by then; in the end all is taken back and must be as it was.
 */
export async function livedThrough(journey: Journey, trouble: Trouble = {}): Promise<Footprint> {
  const { push = false, seams = {}, access = {} } = trouble
  const guard = await aGuardWorld({ monitor: { push }, access, seams })
  try {
    trouble.prepare?.(guard)
    const answers: string[] = []
    const scene: Scene = { guard, answers, died: false, order: (run) => given(guard, run, answers) }
    const watches = [watchCalls(guard), watchCosts(guard)]
    const before = standing(guard)
    await guard.start()
    guard.play('ravi', 'other', 'plain', 0)
    guard.play('lena', 'third', 'plain', 0)
    guard.play('quill', 'first', 'plain', 0)
    await journey.before?.(guard)
    await guard.pass(2 * second)

    const marks = [guard.plexServer.journal.length, guard.plexTv.journal.length] as const
    await trouble.begin?.(scene)
    await journey.act(scene)
    if (trouble.during) await trouble.during(scene, journey.lastsMs)
    else await guard.pass(journey.lastsMs)
    const footprint = {
      server: callsOf(guard.plexServer.journal.slice(marks[0])),
      account: callsOf(guard.plexTv.journal.slice(marks[1])),
      steps: guard.steps(),
    }
    await trouble.end?.(scene)
    await guard.start()

    await calmDown(guard)
    await settledDown(guard, () => journey.after(scene).length === 0)
    complain([
      ...journey.after(scene),
      ...answers.filter((one) => one.startsWith('not in words')),
      ...guard.streams
        .filter((one) => innocent(one.who) && one.player.ending()?.why === 'terminated')
        .map((one) => `${one.who} was cut off`),
    ])
    await goHome(guard, before)
    complain(
      [
        ...watches.flatMap((one) => one.complaints),
        ...complaintsAboutTelling(guard),
        ...complaintsAboutRecords(guard),
        ...guard.troubles,
        ...(trouble.afterwards?.(guard) ?? []),
        ...(guard.world.disaster ? ['media would have been deleted'] : []),
      ].filter((one) => !trouble.excuses?.test(one)),
    )
    return footprint
  } finally {
    await guard.close()
  }
}

async function given(
  guard: GuardWorld,
  run: Parameters<Scene['order']>[0],
  answers: string[],
): Promise<void> {
  await guard.begin((core) =>
    run(core).then(
      () => void answers.push('done'),
      (error: unknown) => {
        answers.push(refusalOf(error))
        throw error
      },
    ),
  )
}

async function settledDown(guard: GuardWorld, isOver: () => boolean): Promise<void> {
  await guard.passUntil(isOver, minute)
  for (let minutes = 0; minutes < doubtMinutes && !isOver(); minutes += 1) {
    await guard.clock.leap(minute)
    await guard.pass(5 * second)
  }
}

function innocent(who: string): boolean {
  return ['ravi', 'lena', 'quill'].includes(who)
}

function callsOf(journal: readonly { method: string; path: string }[]): string[] {
  return [...new Set(journal.map(({ method, path }) => `${method} ${path}`))].sort()
}

function complain(complaints: readonly string[]): void {
  if (complaints.length > 0) throw new Error(complaints.join('\n'))
}
