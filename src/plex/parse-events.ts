import type { PlaybackReport } from '../core/model.js'
import { fieldsOf, listIn, numberIn, partIn, present, textIn } from './loose.js'
import { stateFrom } from './parse-sessions.js'

/**
 * The reports of players in one notification; none when it is about something else or cannot be read. What comes
 * as a server-sent event often lacks the container, and the type with it.
 */
export function parseReports(notification: string): PlaybackReport[] {
  const data = fieldsOf(jsonIn(notification))
  const frame = partIn(data, 'NotificationContainer') ?? data
  if (!frame || (textIn(frame, 'type') ?? 'playing') !== 'playing') return []

  // Very old servers list the same as children.
  return [...listIn(frame, 'PlaySessionStateNotification'), ...listIn(frame, '_children')].flatMap(reportsIn)
}

/** Keys of other kinds belong to what is not in the list of sessions. */
function reportsIn(row: unknown): PlaybackReport[] {
  const fields = fieldsOf(row)
  const sessionKey = textIn(fields, 'sessionKey')
  if (!fields || sessionKey === undefined || !/^\d+$/.test(sessionKey)) return []

  return [
    present({
      sessionKey,
      ratingKey: textIn(fields, 'ratingKey'),
      state: stateFrom(textIn(fields, 'state')),
      offsetMs: numberIn(fields, 'viewOffset'),
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
