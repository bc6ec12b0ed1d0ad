import type { PlaybackReport } from '../core/model.js'
import type { ItemChange } from '../core/ports.js'
import { fieldsOf, present } from './loose.js'
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
  const frame = data?.part('NotificationContainer') ?? data
  const type = frame?.text('type')
  if (!frame) return { reports: [], changes: [] }

  // Very old servers list the same as children.
  const players = [...frame.list('PlaySessionStateNotification'), ...frame.list('_children')]
  const entries = frame.list('TimelineEntry')
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
  const ratingKey = fields?.text('itemID')
  const state = fields?.number('state')
  if (!fields || ratingKey === undefined || (fields.text('identifier') ?? libraryPlugin) !== libraryPlugin) {
    return []
  }
  return state === processed || state === deleted ? [{ ratingKey, removed: state === deleted }] : []
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
