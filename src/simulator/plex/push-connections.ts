import type { ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { eventText, type Frame } from './frames.js'

/** Somebody who listens, in one of the two ways. */
export interface PushConnection {
  way: 'websocket' | 'sse'
  /** As asked for in the address; null for none. */
  filters: string | null
  /** It gives no sign of life for good, whatever holds for the others. */
  stranded?: 'muted' | 'dead'
  send(frame: Frame): void
  ping(): void
  /** Ends it properly, or resets the connection under it. */
  drop(how: 'close' | 'reset'): void
}

/** A WebSocket. Whoever pings is answered unless the connection counts as dead. */
export function overSocket(
  opened: WebSocket,
  below: Duplex,
  filters: string | null,
  isDead: (one: PushConnection) => boolean,
): PushConnection {
  const connection: PushConnection = {
    way: 'websocket',
    filters,
    send: ({ text }) => opened.send(text),
    ping: () => opened.ping(),
    drop: (how) => {
      if (how === 'reset') reset(below)
      else opened.close(1001)
    },
  }
  opened.on('ping', (data) => {
    if (!isDead(connection)) opened.pong(data)
  })
  return connection
}

/** A stream of server-sent events. */
export function overStream(outgoing: ServerResponse, filters: string | null): PushConnection {
  // Nothing has been said yet, and whoever asked waits to hear that it was heard.
  outgoing.flushHeaders()
  return {
    way: 'sse',
    filters,
    send: ({ type, data }) => outgoing.write(eventText(type ?? 'playing', data())),
    ping: () => outgoing.write(eventText('ping', '{}')),
    drop: (how) => {
      if (how === 'close') outgoing.end()
      else if (outgoing.socket) reset(outgoing.socket)
    },
  }
}

function reset(below: Duplex): void {
  if (below instanceof Socket) below.resetAndDestroy()
  else below.destroy()
}
