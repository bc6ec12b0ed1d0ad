import type { PlaybackReport } from '../core/model.js'
import { fieldsOf, present } from './loose.js'
import { stateFrom } from './parse-sessions.js'

/**
 * The reports of players in one notification; none when it is about something else or cannot be read. What comes
 * as a server-sent event often lacks the container, and the type with it.
 */
export function parseReports(notification: string): PlaybackReport[] {
  const data = fieldsOf(jsonIn(notification))
  const frame = data?.part('NotificationContainer') ?? data
  if (!frame || (frame.text('type') ?? 'playing') !== 'playing') return []

  // Very old servers list the same as children.
  return [...frame.list('PlaySessionStateNotification'), ...frame.list('_children')].flatMap(reportsIn)
}

/** Keys of other kinds belong to what is not in the list of sessions. */
function reportsIn(row: unknown): PlaybackReport[] {
  const fields = fieldsOf(row)
  const sessionKey = fields?.text('sessionKey')
  if (!fields || sessionKey === undefined || !/^\d+$/.test(sessionKey)) return []

  return [
    present({
      sessionKey,
      ratingKey: fields.text('ratingKey'),
      state: stateFrom(fields.text('state')),
      offsetMs: fields.number('viewOffset'),
    }),
  ]
}

function jsonIn(notification: string): unknown {
  try {
    return JSON.parse(notification)
  } catch {
    return undefined
  }
}
