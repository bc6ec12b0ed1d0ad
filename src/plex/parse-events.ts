import { z } from 'zod'
import type { PlaybackReport } from '../core/model.js'
import { list, number, part, present, readable, text } from './loose.js'
import { stateFrom } from './parse-sessions.js'

const Frame = z.object({
  type: text,
  PlaySessionStateNotification: list,
  /** Where very old servers put the same. */
  _children: list,
})
const Wrapped = z.object({ NotificationContainer: part(Frame) })

const ReportNode = z.object({ sessionKey: text, ratingKey: text, state: text, viewOffset: number })
type ReportNode = z.output<typeof ReportNode>

/**
 * The reports of players in one notification; none when it is about something else or cannot be read. What comes
 * as a server-sent event often lacks the container, and the type with it.
 */
export function parseReports(notification: string): PlaybackReport[] {
  const data = jsonIn(notification)
  const frame = readable(Wrapped, data)?.NotificationContainer ?? readable(Frame, data)
  if (!frame || (frame.type ?? 'playing') !== 'playing') return []

  return [...frame.PlaySessionStateNotification, ...frame._children].flatMap((row) => {
    const node = readable(ReportNode, row)
    return node ? reportsFrom(node) : []
  })
}

/** Keys of other kinds belong to what is not in the list of sessions. */
function reportsFrom({ sessionKey, ratingKey, state, viewOffset }: ReportNode): PlaybackReport[] {
  if (sessionKey === undefined || !/^\d+$/.test(sessionKey)) return []
  return [present({ sessionKey, ratingKey, state: stateFrom(state), offsetMs: viewOffset })]
}

function jsonIn(notification: string): unknown {
  try {
    return JSON.parse(notification)
  } catch {
    return undefined
  }
}
