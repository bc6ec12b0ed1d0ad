import { setImmediate } from 'node:timers/promises'
import type { MediaItem, Player, PlayState, Session } from '../core/model.js'
import { type Fields, fieldsOf, present } from './loose.js'
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
  const player = fields.part('Player')
  const id = fields.part('Session')?.text('id')

  return present({
    key: fields.text('sessionKey') ?? id ?? player?.text('machineIdentifier') ?? '',
    id,
    user: userIn(fields),
    item: playedItem(fields),
    state: stateFrom(player?.text('state')),
    offsetMs: fields.number('viewOffset') ?? 0,
    player: playerFrom(player),
    transcodeId: transcodeKey(fields),
  })
}

function userIn(fields: Fields): Session['user'] {
  const user = fields.part('User')
  const plexId = user?.text('id')
  return plexId === undefined ? undefined : { plexId, name: user?.text('title') ?? '' }
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
  return fields.flag('live') || (key?.startsWith('/livetv/') ?? false)
}

/** Trailers, extras, pre-rolls and theme music: what plays around the thing itself. */
function isExtra(fields: Fields, { type, guid }: ItemNode): boolean {
  if (type === 'clip' || fields.text('extraType') !== undefined) return true
  if (guid?.startsWith('analyzed.prerolls://')) return true
  return type === 'track' && (guid?.startsWith('library://') ?? false)
}

/** For live television it sits inside the media. */
function transcodeKey(fields: Fields): string | undefined {
  const own = fields.part('TranscodeSession')?.text('key')
  return own ?? fields.part('Media')?.part('TranscodeSession')?.text('key')
}

function playerFrom(player: Fields | undefined): Player {
  return {
    machineId: player?.text('machineIdentifier') ?? '',
    product: player?.text('product') ?? '',
    device: player?.text('device') ?? player?.text('title') ?? '',
    platform: player?.text('platform') ?? '',
  }
}

const states = ['playing', 'paused', 'buffering', 'stopped', 'error'] as const satisfies readonly PlayState[]

/** What a player does, in the word that Plex has for it. */
export function stateFrom(state: string | undefined): PlayState {
  return states.find((one) => one === state) ?? 'unknown'
}
