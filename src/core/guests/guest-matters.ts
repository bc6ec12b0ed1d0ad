import type { People } from '../access/people.js'
import type { EndedAnswer } from '../api.js'
import type { Endings } from '../assignments/endings.js'
import type { Extension } from '../assignments/extension.js'
import type { Plays } from '../assignments/plays.js'
import type { AtHand } from '../engine/at-hand.js'
import type { Assignment, GuestRef } from '../model.js'
import type { Clock, Logger, Members, PlexServer, Store } from '../ports.js'
import type { Outbox } from '../telling/outbox.js'
import type { Tidings } from '../telling/tidings.js'
import { createLeavers, type LeavingAnswered } from './leavers.js'
import { createLinks, type UnlinkRequest } from './links.js'
import { createMoreTime, type TimeAnswered } from './more-time.js'
import { createOwnPasses, type OwnPass } from './own-passes.js'
import { createReminders } from './reminders.js'

const remindEveryMs = 1_000
const membersEveryMs = 60_000

/** What guests do themselves, as Discord users, and what admins answer them. */
export interface GuestMatters {
  /** The open assignments of whoever is linked to this Discord user, and of nobody else. */
  ownPasses(asker: { discordUserId: string }): Promise<{ linked: boolean; passes: OwnPass[] }>
  /** One of them. Throws `forbidden`, `assignment_not_found` and, when it has ended, `conflict`. */
  ownPass(request: { id: string; discordUserId: string }): Promise<Assignment>
  /** Ends one of them as finished. Throws as `ownPass` does. */
  finishOwn(request: { id: string; discordUserId: string }): Promise<EndedAnswer>
  /** Asks the admins for more time; `waiting` when they are being asked already. Throws as `ownPass` does. */
  askForTime(request: { id: string; discordUserId: string }): Promise<'asked' | 'waiting'>
  /** Gives more time, or without `moreMs` none. Only the first answer counts, and is answered to every other. */
  answerTime(request: { id: string; moreMs?: number; by: string }): Promise<TimeAnswered>
  /** What becomes of a guest who left the Discord server. Throws `conflict` when that is not asked any more. */
  answerLeaving(request: { id: string; revoke: boolean; by: string }): Promise<LeavingAnswered>
  /** Forgets which Discord user somebody is. Throws `guest_not_found`. */
  unlink(request: UnlinkRequest): Promise<GuestRef[]>
  /** Remembers the language of a Discord user who is linked to a guest. */
  noteLocale(reader: { discordUserId: string; locale: string }): Promise<void>
}

interface Needs {
  store: Store
  plexServer: PlexServer
  members?: Members
  hand: AtHand
  people: People
  endings: Endings
  plays: Plays
  extension: Extension
  tidings: Tidings
  outbox: Outbox
  clock: Clock
  log: Logger
  wakeMonitor: () => void
}

/** Puts together what concerns guests as people: the calls of the edges, and what is looked after by itself. */
export function createGuestMatters(needs: Needs) {
  const { members = nobodyToAsk } = needs
  const links = createLinks({ ...needs, guest: needs.people.guest })
  const own = createOwnPasses({ ...needs, links })
  const moreTime = createMoreTime({ ...needs, links })
  const leavers = createLeavers({ ...needs, members })
  const reminders = createReminders(needs)

  const calls: GuestMatters = {
    ownPasses: own.list,
    ownPass: own.one,
    finishOwn: own.finish,
    askForTime: moreTime.ask,
    answerTime: moreTime.answer,
    answerLeaving: leavers.answer,
    unlink: links.unlink,
    noteLocale: links.noteLocale,
  }
  const chores = [
    { what: 'deadlines that are near', everyMs: remindEveryMs, task: reminders.look },
    { what: 'members who left', everyMs: membersEveryMs, task: leavers.look },
  ]
  return { calls, chores }
}

/** Without Discord nobody is known to have left. */
const nobodyToAsk: Members = { standing: async () => 'unknown', onDoubt: () => {} }
