import type { PlaybackReport } from '../core/model.js'
import type { ItemChange } from '../core/ports.js'
import { fieldsOf, listIn, numberIn, partIn, present, textIn } from './loose.js'
import { stateFrom } from './parse-sessions.js'

/** What a notification tells: of players, or of what has changed in the libraries. */
interface Notification {
  reports: PlaybackReport[]
  changes: ItemChange[]
}

/**
 * Reads one notification; nothing when it is about something else or cannot be read. What comes as a server-sent
 * event often lacks the container, and the type with it.
 */
export function parseNotification(notification: string): Notification {
  const data = fieldsOf(jsonIn(notification))
  const frame = partIn(data, 'NotificationContainer') ?? data
  const type = textIn(frame, 'type')
  if (!frame) return { reports: [], changes: [] }

  // Very old servers list the same as children.
  const players = [...listIn(frame, 'PlaySessionStateNotification'), ...listIn(frame, '_children')]
  const entries = listIn(frame, 'TimelineEntry')
  return {
    reports: (type ?? 'playing') === 'playing' ? players.flatMap(reportsIn) : [],
    changes: (type ?? 'timeline') === 'timeline' ? entries.flatMap(changesIn) : [],
  }
}

const libraryPlugin = 'com.plexapp.plugins.library'
/** Of the states of an item only these say that it is as it will be, or is gone. */
const processed = 5
const deleted = 9

function changesIn(row: unknown): ItemChange[] {
  const fields = fieldsOf(row)
  const ratingKey = textIn(fields, 'itemID')
  const state = numberIn(fields, 'state')
  if (ratingKey === undefined || (textIn(fields, 'identifier') ?? libraryPlugin) !== libraryPlugin) return []
  return state === processed || state === deleted ? [{ ratingKey, removed: state === deleted }] : []
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
