import { setImmediate } from 'node:timers/promises'
import type { MediaItem, Player, PlayState, Session } from '../core/model.js'
import { type Fields, fieldsOf, flagIn, numberIn, partIn, present, textIn } from './loose.js'
import { type ItemNode, itemFrom, itemNode, parseContainer } from './parse.js'

/** So many rows are read at a stretch; then others get their turn, so that a long list stops nobody. */
const atAStretch = 100

/**
 * Every live session of a list. One that cannot be read is kept without user and item, so that nothing is
 * done about it and the others are not lost.
 */
export async function parseSessions(data: unknown): Promise<Session[]> {
  const { items, directories } = parseContainer(data)
  const rows = [...items, ...directories]
  const sessions: Session[] = []

  for (let at = 0; at < rows.length; at += atAStretch) {
    if (at > 0) await setImmediate()
    sessions.push(...rows.slice(at, at + atAStretch).map(sessionIn))
  }
  return sessions
}

function sessionIn(row: unknown): Session {
  const fields = fieldsOf(row)
  return fields
    ? sessionFrom(fields)
    : { key: '', state: 'unknown', offsetMs: 0, player: playerFrom(undefined) }
}

function sessionFrom(fields: Fields): Session {
  const player = partIn(fields, 'Player')
  const id = textIn(partIn(fields, 'Session'), 'id')

  return present({
    key: textIn(fields, 'sessionKey') ?? id ?? textIn(player, 'machineIdentifier') ?? '',
    id,
    user: userIn(fields),
    item: playedItem(fields),
    state: stateFrom(textIn(player, 'state')),
    offsetMs: numberIn(fields, 'viewOffset') ?? 0,
    player: playerFrom(player),
    transcodeId: transcodeKey(fields),
  })
}

function userIn(fields: Fields): Session['user'] {
  const user = partIn(fields, 'User')
  const plexId = textIn(user, 'id')
  return plexId === undefined ? undefined : { plexId, name: textIn(user, 'title') ?? '' }
}

function playedItem(fields: Fields): MediaItem | undefined {
  const node = itemNode(fields)
  if (isLive(fields, node)) return { ...itemOr(node, 'live'), type: 'live' }
  if (isExtra(fields, node)) return { ...itemOr(node, 'clip'), type: 'clip' }
  return itemFrom(node)
}

/** Live television and clips may lack what an item of the library has. */
function itemOr(node: ItemNode, stopgap: string): MediaItem {
  const ratingKey = node.ratingKey ?? node.key ?? node.guid ?? stopgap
  return (
    itemFrom({ ...node, ratingKey }) ?? {
      ratingKey,
      guid: node.guid ?? '',
      type: 'other',
      title: node.title ?? '',
    }
  )
}

function isLive(fields: Fields, { key }: ItemNode): boolean {
  return flagIn(fields, 'live') || (key?.startsWith('/livetv/') ?? false)
}

/** Trailers, extras, pre-rolls and theme music: what plays around the thing itself. */
function isExtra(fields: Fields, { type, guid }: ItemNode): boolean {
  if (type === 'clip' || textIn(fields, 'extraType') !== undefined) return true
  if (guid?.startsWith('analyzed.prerolls://')) return true
  return type === 'track' && (guid?.startsWith('library://') ?? false)
}

/** For live television it sits inside the media. */
function transcodeKey(fields: Fields): string | undefined {
  const own = textIn(partIn(fields, 'TranscodeSession'), 'key')
  return own ?? textIn(partIn(partIn(fields, 'Media'), 'TranscodeSession'), 'key')
}

function playerFrom(player: Fields | undefined): Player {
  return {
    machineId: textIn(player, 'machineIdentifier') ?? '',
    product: textIn(player, 'product') ?? '',
    device: textIn(player, 'device') ?? textIn(player, 'title') ?? '',
    platform: textIn(player, 'platform') ?? '',
  }
}

const states = ['playing', 'paused', 'buffering', 'stopped', 'error'] as const satisfies readonly PlayState[]

/** What a player does, in the word that Plex has for it. */
export function stateFrom(state: string | undefined): PlayState {
  return states.find((one) => one === state) ?? 'unknown'
}
