import { z } from 'zod'
import { eventNames } from '../core/events/event.js'
import { assignment, guestRef, invitation, violation } from './shapes.js'

const instant = z.iso.datetime()

/** One change, as it is streamed and posted: what it is about stands under a key of its own. */
export const event = z.object({
  /** Ids sort by time. */
  id: z.string(),
  event: z.enum(eventNames),
  at: instant,
  assignment: assignment.exactOptional(),
  violation: violation.exactOptional(),
  invitation: invitation.exactOptional(),
  guest: guestRef.exactOptional(),
  /** The media server: since when it does not answer, or did not. */
  server: z.object({ since: instant, reason: z.string().exactOptional() }).exactOptional(),
  /** The account at plex.tv: since when it does not take the token. */
  account: z.object({ since: instant }).exactOptional(),
  monitor: z.object({ running: z.boolean(), by: z.string() }).exactOptional(),
})

export type WireEvent = z.infer<typeof event>
