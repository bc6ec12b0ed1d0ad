import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import type { MediaItem, Player, PlayState, Session } from '../core/model.js'
import { flag, list, number, part, present, readable, text } from './loose.js'
import { ItemNode, itemFrom, parseContainer } from './parse.js'

const TranscodeNode = z.object({ key: text })

const SessionNode = ItemNode.extend({
  sessionKey: text,
  viewOffset: number,
  live: flag,
  extraType: text,
  User: part(z.object({ id: text, title: text })),
  Player: part(
    z.object({
      machineIdentifier: text,
      product: text,
      device: text,
      title: text,
      platform: text,
      state: text,
    }),
  ),
  Session: part(z.object({ id: text })),
  TranscodeSession: part(TranscodeNode),
  Media: list,
})
type SessionNode = z.output<typeof SessionNode>

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
  const node = readable(SessionNode, row)
  return node ? sessionFrom(node) : { key: '', state: 'unknown', offsetMs: 0, player: playerFrom(undefined) }
}

function sessionFrom(node: SessionNode): Session {
  const { User: user, Player: player, Session: own } = node

  return present({
    key: node.sessionKey ?? own?.id ?? player?.machineIdentifier ?? '',
    id: own?.id,
    user: user?.id === undefined ? undefined : { plexId: user.id, name: user.title ?? '' },
    item: playedItem(node),
    state: stateFrom(player?.state),
    offsetMs: node.viewOffset ?? 0,
    player: playerFrom(player),
    transcodeId: transcodeKey(node),
  })
}

function playedItem(node: SessionNode): MediaItem | undefined {
  if (isLive(node)) {
    const ratingKey = node.ratingKey ?? node.key ?? node.guid ?? 'live'
    return { ...itemOr(node, ratingKey), type: 'live' }
  }
  if (isExtra(node)) {
    const ratingKey = node.ratingKey ?? node.key ?? node.guid ?? 'clip'
    return { ...itemOr(node, ratingKey), type: 'clip' }
  }
  return itemFrom(node)
}

/** Live television and clips may lack what an item of the library has. */
function itemOr(node: SessionNode, ratingKey: string): MediaItem {
  return (
    itemFrom({ ...node, ratingKey }) ?? {
      ratingKey,
      guid: node.guid ?? '',
      type: 'other',
      title: node.title ?? '',
    }
  )
}

function isLive({ live, key }: SessionNode): boolean {
  return live || (key?.startsWith('/livetv/') ?? false)
}

/** Trailers, extras, pre-rolls and theme music: what plays around the thing itself. */
function isExtra({ type, guid, extraType }: SessionNode): boolean {
  if (type === 'clip' || extraType !== undefined || guid?.startsWith('analyzed.prerolls://')) return true
  return type === 'track' && (guid?.startsWith('library://') ?? false)
}

/** For live television it sits inside the media. */
function transcodeKey(node: SessionNode): string | undefined {
  const nested = readable(z.object({ TranscodeSession: part(TranscodeNode) }), node.Media[0])
  return node.TranscodeSession?.key ?? nested?.TranscodeSession?.key
}

function playerFrom(player: SessionNode['Player']): Player {
  return {
    machineId: player?.machineIdentifier ?? '',
    product: player?.product ?? '',
    device: player?.device ?? player?.title ?? '',
    platform: player?.platform ?? '',
  }
}

const states = ['playing', 'paused', 'buffering', 'stopped', 'error'] as const satisfies readonly PlayState[]

/** What a player does, in the word that Plex has for it. */
export function stateFrom(state: string | undefined): PlayState {
  return states.find((one) => one === state) ?? 'unknown'
}
