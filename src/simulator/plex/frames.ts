import type { SimItem, SimItemChange } from './catalogue.js'
import type { SimSession } from './players.js'
import type { Push } from './push-switches.js'

/** One announcement, as text for either way. */
export interface Frame {
  /** What it is about, for filters; one without a type goes to everybody. */
  type?: string | undefined
  /** What a WebSocket carries. */
  text: string
  /** What a server-sent event carries. */
  data: () => string
}

/**
 * Announces sessions: one frame for all of them, which names the sessions and their items and nobody. Very old
 * servers write another form; a server-sent event usually comes without the container, and one thing not as a list.
 */
export function playingFrame(sessions: readonly SimSession[], { form, events }: Push): Frame {
  const reports = sessions.map(reportOf)
  const head = { type: 'playing', size: reports.length }

  if (form === 'old') {
    const children = reports.map((one) => ({ _elementType: 'PlaySessionStateNotification', ...one }))
    const text = JSON.stringify({ _elementType: 'NotificationContainer', ...head, _children: children })
    return { type: 'playing', text, data: () => text }
  }
  const text = JSON.stringify({ NotificationContainer: { ...head, PlaySessionStateNotification: reports } })
  const bare = { PlaySessionStateNotification: reports.length === 1 ? reports[0] : reports }
  return { type: 'playing', text, data: () => (events === 'wrapped' ? text : JSON.stringify(bare)) }
}

/** The numbers of the kinds, as in a query. */
const typeNumbers: Record<SimItem['type'], number> = { movie: 1, show: 2, season: 3, episode: 4 }

/** Announces that an item has been looked through, or is gone. Numbers come as numbers or as text. */
export function timelineFrame({ item, removed }: SimItemChange, { events }: Push): Frame {
  const entry = {
    identifier: 'com.plexapp.plugins.library',
    sectionID: item.libraryKey,
    itemID: Number(item.ratingKey),
    ...(item.parentRatingKey !== undefined && { parentItemID: Number(item.parentRatingKey) }),
    ...(item.grandparentRatingKey !== undefined && { rootItemID: Number(item.grandparentRatingKey) }),
    type: typeNumbers[item.type],
    title: item.title,
    state: removed ? 9 : 5,
    ...(removed && { metadataState: 'deleted' }),
    updatedAt: Math.floor((item.addedAt ?? 0) / 1_000),
  }
  const text = JSON.stringify({
    NotificationContainer: { type: 'timeline', size: 1, TimelineEntry: [entry] },
  })
  const bare = { TimelineEntry: entry }
  return { type: 'timeline', text, data: () => (events === 'wrapped' ? text : JSON.stringify(bare)) }
}

/** A server-sent event; text of several lines takes several. */
export function eventText(name: string, data: string): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`)
  return `event: ${name}\n${lines.join('')}\n`
}

/** Whether somebody who listens with these filters is told of this type. Without filters it is all but the log. */
export function wants(filters: string | null, type: string | undefined): boolean {
  if (type === undefined || filters === '') return true
  const named = (filters ?? '-log').split(',')
  if (named.includes(`-${type}`)) return false
  return named.includes(type) || named.every((one) => one.startsWith('-'))
}

function reportOf(session: SimSession) {
  return {
    sessionKey: session.sessionKey,
    clientIdentifier: session.device.machineIdentifier,
    guid: '',
    ratingKey: session.ratingKey,
    url: '',
    key: `/library/metadata/${session.ratingKey}`,
    viewOffset: session.viewOffset,
    state: session.state,
    ...(session.transcodeKey !== undefined && {
      transcodeSession: session.transcodeKey.replace(/^.*\//, ''),
    }),
  }
}
