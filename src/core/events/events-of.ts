import type { Assignment, Guest, Invitation, Violation } from '../model.js'
import type { Records, Setting } from '../records.js'
import { isOpen, refOf } from '../states.js'
import type { EventName, Happening, Subject } from './event.js'

/** Records whose changes may be events. */
export type TellingKind = 'assignment' | 'violation' | 'invitation' | 'guest' | 'setting'

/** A record as it was, where there was one, and as it is now. */
export type Transition = {
  [K in TellingKind]: { kind: K; before: Records[K] | undefined; after: Records[K] }
}[TellingKind]

/** What a change of one record means to those who listen. */
export function eventsOf(transition: Transition): Happening[] {
  const { names, about } = told(transition)
  return about ? names.map((name) => ({ name, about })) : []
}

interface Told {
  names: EventName[]
  about?: Subject
}

function told(transition: Transition): Told {
  switch (transition.kind) {
    case 'assignment':
      return {
        names: ofAssignment(transition.before, transition.after),
        about: { kind: 'assignment', assignment: withoutFiles(transition.after) },
      }
    case 'violation':
      return {
        names: ofViolation(transition.before, transition.after),
        about: { kind: 'violation', violation: transition.after },
      }
    case 'invitation':
      return {
        names: ofInvitation(transition.before, transition.after),
        about: { kind: 'invitation', invitation: withoutOthers(transition.after) },
      }
    case 'guest':
      return {
        names: ofGuest(transition.before, transition.after),
        about: { kind: 'guest', guest: refOf(transition.after) },
      }
    case 'setting':
      return ofSetting(transition.before, transition.after)
  }
}

function ofAssignment(before: Assignment | undefined, after: Assignment): EventName[] {
  return [
    ...(before ? [] : ['assignment.created' as const]),
    ...(isReady(after) && !(before && isReady(before)) ? ['assignment.ready' as const] : []),
    ...(before?.state !== after.state ? ofState(after) : []),
    ...(before && hasOtherLimits(before, after) ? ['assignment.extended' as const] : []),
  ]
}

/** The guest can play it. */
function isReady({ state, access }: Assignment): boolean {
  return (state === 'ready' || state === 'watching') && access === 'given'
}

function ofState({ state, replacedBy }: Assignment): EventName[] {
  switch (state) {
    case 'watching':
    case 'finished':
    case 'expired':
      return [`assignment.${state}`]
    case 'revoked':
      return [replacedBy === undefined ? 'assignment.revoked' : 'assignment.replaced']
    default:
      return []
  }
}

function hasOtherLimits(before: Assignment, after: Assignment): boolean {
  return isOpen(after) && (before.expiresAt !== after.expiresAt || before.plays !== after.plays)
}

/** A repeat is seen anew, and dealt with anew. */
function ofViolation(before: Violation | undefined, after: Violation): EventName[] {
  const isDecided = after.resolution?.doneAt !== undefined
  return [
    ...(isUnannounced(before) && (after.announced ?? 0) > (before?.announced ?? 0)
      ? ['violation.seen' as const]
      : []),
    ...(hasNewOutcome(before, after) ? ['violation.enforced' as const] : []),
    ...(after.endedAt !== undefined && before?.endedAt === undefined ? ['violation.ended' as const] : []),
    ...(isDecided && before?.resolution?.doneAt === undefined ? ['violation.resolved' as const] : []),
  ]
}

/** It was written down where every millisecond counts, without anything beside it. */
function isUnannounced(before: Violation | undefined): boolean {
  return before === undefined || (before.endedAt === undefined && (before.announced ?? 0) <= before.repeats)
}

/** The violation once whoever listens has been told of all of it. */
export function announced(violation: Violation): Violation {
  const times = violation.repeats + 1
  return violation.announced === times ? violation : { ...violation, announced: times }
}

function hasNewOutcome(before: Violation | undefined, after: Violation): boolean {
  return after.enforcement.some(
    ({ outcome }, at) => outcome !== 'intended' && outcome !== before?.enforcement[at]?.outcome,
  )
}

/** Somebody who could see other things already has accepted before they were asked. */
function ofInvitation(before: Invitation | undefined, { state }: Invitation): EventName[] {
  if (state === 'asked' || state === before?.state) return []
  if (state === 'accepted' && before?.state !== 'sent') return ['invitation.sent', 'invitation.accepted']
  return [`invitation.${state}`]
}

function ofGuest(before: Guest | undefined, after: Guest): EventName[] {
  return before?.watched && !after.watched ? ['guest.released'] : []
}

function ofSetting(before: Setting | undefined, after: Setting): Told {
  switch (after.name) {
    case 'plex-outage': {
      const wasOver = before?.name !== 'plex-outage' || before.over
      const { since, over, reason } = after
      return {
        names: over === wasOver ? [] : [over ? 'server.up' : 'server.down'],
        about: { kind: 'server', since, ...(!over && reason !== undefined && { reason }) },
      }
    }
    case 'plex-token': {
      const wasDead = before?.name === 'plex-token' && before.dead
      const isNews = after.dead && !wasDead
      return { names: isNews ? ['account.token_dead'] : [], about: { kind: 'account', since: after.at } }
    }
    case 'monitor': {
      const { running, by } = after
      const was = before?.name === 'monitor' ? before.running : undefined
      const name = running ? 'monitor.started' : 'monitor.stopped'
      return { names: running === was ? [] : [name], about: { kind: 'monitor', running, by } }
    }
    default:
      return { names: [] }
  }
}

/** The files of a private library may be many, and nobody is told of them. */
function withoutFiles(assignment: Assignment): Assignment {
  const { privateLibrary } = assignment
  if (!privateLibrary) return assignment
  return { ...assignment, privateLibrary: { ...privateLibrary, files: [], copies: {} } }
}

/** What was noted of other people at the time is none of its matter. */
function withoutOthers({ sharesBefore: _, settingsBefore: __, ...invitation }: Invitation): Invitation {
  return invitation
}
