import type { OtpEvent } from '../core/events/event.js'
import type { WireEvent } from '../wire/event.js'
import { presentAssignment, presentGuestRef, presentInvitation, presentViolation } from './present.js'

/** An event as scripts get it, streamed or posted: its object looks as it does everywhere else in the API. */
export function presentEvent(it: OtpEvent): WireEvent {
  return { id: it.id, event: it.name, at: iso(it.at), ...presentSubject(it) }
}

function presentSubject({ about }: OtpEvent): Omit<WireEvent, 'id' | 'event' | 'at'> {
  switch (about.kind) {
    case 'assignment':
      return { assignment: presentAssignment(about.assignment) }
    case 'violation':
      return { violation: presentViolation(about.violation) }
    case 'invitation':
      return { invitation: presentInvitation(about.invitation) }
    case 'guest':
      return { guest: presentGuestRef(about.guest) }
    case 'server': {
      const { since, reason } = about
      return { server: { since: iso(since), ...(reason !== undefined && { reason }) } }
    }
    case 'account':
      return { account: { since: iso(about.since) } }
    case 'monitor':
      return { monitor: { running: about.running, by: about.by } }
  }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
