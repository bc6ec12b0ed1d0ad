import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { SimSession } from './players.js'

/** Control over the notification sockets of a simulated server. */
export interface SimSockets {
  /** How many are open. */
  count(): number
  /** Cuts all of them without a goodbye. */
  drop(): void
  /** While true nothing is sent: the socket is open and silent. */
  mute(muted: boolean): void
}

/** The notification sockets: every report of a player becomes a `playing` frame. */
export function createFrames() {
  const socketServer = new WebSocketServer({ noServer: true })
  const open = new Set<WebSocket>()
  let muted = false

  const sockets: SimSockets = {
    count: () => open.size,
    drop: () => {
      for (const socket of open) socket.terminate()
    },
    mute: (value) => {
      muted = value
    },
  }

  return { sockets, accept, refuse, announce }

  function accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socketServer.handleUpgrade(request, socket, head, (opened) => {
      open.add(opened)
      opened.on('close', () => open.delete(opened))
      opened.on('error', () => open.delete(opened))
    })
  }

  function refuse(socket: Duplex): void {
    socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n')
  }

  /** Names the session and the item, and nobody: a frame carries no user. */
  function announce(session: SimSession): void {
    if (muted) return
    const frame = JSON.stringify({
      NotificationContainer: {
        type: 'playing',
        size: 1,
        PlaySessionStateNotification: [
          {
            sessionKey: session.sessionKey,
            clientIdentifier: session.device.machineIdentifier,
            guid: '',
            ratingKey: session.ratingKey,
            url: '',
            key: `/library/metadata/${session.ratingKey}`,
            viewOffset: session.viewOffset,
            state: session.state,
          },
        ],
      },
    })
    for (const socket of open) socket.send(frame)
  }
}
