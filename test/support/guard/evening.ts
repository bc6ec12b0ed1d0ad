import { minute, second } from '../builders.js'
import { type Action, act } from './actions.js'
import { watchCalls } from './calls.js'
import { watchCosts } from './costs.js'
import { admin, aGuardWorld, type GuardOptions, type GuardWorld } from './guard-world.js'
import { type GuestName, guestNames } from './household.js'
import { watchPromptness } from './promptness.js'
import { complaintsAboutRecords } from './records.js'
import { complaintsAboutStrays, strays } from './strays.js'
import { complaintsAboutTelling } from './tellings.js'
import { isValid } from './truth.js'

/** How long the whole ladder may take when nothing goes wrong: three rungs, two of them verified. */
const ladderMs = 110 * second
/** What plex.tv did not take is tried again soon. */
const restoredWithinMs = minute
/** What it may have taken without saying so is waited for much longer, a minute at a time. */
const doubtMinutes = 17

/**
 * Lives through an evening, whatever happens in it, and looks after every action whether all that was promised
 * holds. In the end nothing is wrong any more, everybody is taken their pass away, and all is as it was.
 */
export async function liveThrough(options: GuardOptions, actions: readonly Action[]): Promise<GuardWorld> {
  const guard = await aGuardWorld(options)
  try {
    let disturbed = false
    const watches = [watchCalls(guard), watchCosts(guard), watchPromptness(guard, () => !disturbed)]
    const before = standing(guard)
    const check = () => {
      const complaints = [
        ...watches.flatMap((one) => one.complaints),
        ...complaintsAboutTelling(guard),
        ...complaintsAboutRecords(guard),
        ...guard.troubles,
        ...(guard.world.disaster ? ['media would have been deleted'] : []),
      ]
      complain(complaints)
    }
    await guard.start()
    for (const action of actions) {
      disturbed ||= action.do === 'fault'
      await act(guard, action)
      check()
    }
    await calmDown(guard)
    check()
    await goHome(guard, before)
    check()
    return guard
  } finally {
    await guard.close()
  }
}

/** Nothing goes wrong from now on, and every stream and every entry that should end is given the time to. */
export async function calmDown(guard: GuardWorld): Promise<void> {
  const { plexServer, plexTv, discord } = guard
  plexServer.faults.clear()
  plexTv.faults.clear()
  plexServer.push.switches.silence = 'none'
  discord.calm()
  await guard.pass(16 * second)
  await guard.passUntil(() => strays(guard).length === 0 && !guard.isLingering(), ladderMs)
  complain(complaintsAboutStrays(guard))
}

/** Everybody switches off and every pass is taken back. */
export async function goHome(guard: GuardWorld, before: readonly string[]): Promise<void> {
  guard.clear()
  guard.world.restart()
  for (const name of guestNames) await takeBack(guard, name)
  const isOver = () => left(guard, before).length === 0
  await guard.passUntil(isOver, restoredWithinMs)
  for (let minutes = 0; minutes < doubtMinutes && !isOver(); minutes += 1) {
    // What was asked for long ago may turn out only now to have been given.
    for (const name of guestNames.filter((one) => hasOpen(guard, one))) await takeBack(guard, name)
    await guard.clock.leap(minute)
    await guard.pass(5 * second)
  }
  complain(left(guard, before))
}

function takeBack(guard: GuardWorld, guest: GuestName): Promise<void> {
  return guard.begin((core) => core.unassign({ guest, by: admin }))
}

function hasOpen({ memory }: GuardWorld, guest: GuestName): boolean {
  return memory.assignments().some((one) => one.guest.username === guest && isValid(one))
}

/** What is not as it was before anybody was lent anything. */
function left(guard: GuardWorld, before: readonly string[]): string[] {
  const { memory } = guard
  return [
    ...standing(guard)
      .filter((line) => !before.includes(line))
      .map((line) => `access is not as it was before: ${line}`),
    ...memory.guests().flatMap((one) => (one.watched ? [`${one.username} is still watched`] : [])),
    ...memory
      .assignments()
      .flatMap((one) =>
        one.access === 'taken' ? [] : [`assignment ${one.id} is ${one.state}, ${one.access}`],
      ),
    ...memory
      .violations()
      .flatMap((one) => (one.endedAt === undefined ? [`violation ${one.id} is open`] : [])),
  ]
}

/** Who sees what, and what is there of ours, whatever the program has written down. */
export function standing({ world }: GuardWorld): string[] {
  const labels = world.catalogue.items().flatMap(({ ratingKey }) => world.labelsOf(ratingKey))
  return [
    `labels: ${labels.join(', ')}`,
    ...['nora', 'omar', 'lena', 'pia', 'ravi', 'kid'].map((name) => {
      const share = world.shareOf(name) ? 'a share' : 'no share'
      return `${name} has ${share} and sees ${world.seenBy(name).length} titles`
    }),
  ]
}

function complain(complaints: readonly string[]): void {
  if (complaints.length > 0) throw new Error(complaints.join('\n'))
}
