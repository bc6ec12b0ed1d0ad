import { WebSocket } from 'ws'
import { troubleIn } from './http.js'
import { parseNotification } from './parse-events.js'
import type { PushLine, PushTarget } from './push-way.js'

/** Listens over a WebSocket. Redirects are not followed, the token would go with them. */
export function openSocket({ url, headers }: PushTarget, line: PushLine, over: AbortSignal): void {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), {
    headers,
    followRedirects: false,
    perMessageDeflate: false,
    maxPayload: 1024 * 1024,
  })

  socket.on('open', () => line.opened(() => socket.ping()))
  socket.on('message', (data) => {
    line.alive()
    const { reports, changes } = parseNotification(String(data))
    line.heard(reports)
    line.changed(changes)
  })
  socket.on('ping', line.alive)
  socket.on('pong', line.alive)
  socket.on('unexpected-response', (_request, { statusCode }) => line.refused(statusCode ?? 0))
  socket.on('error', (problem) => line.broke(troubleIn(problem)))
  socket.on('close', (code) => line.broke(`the server closed the connection (${code})`))

  over.addEventListener('abort', () => {
    // A word of goodbye, without waiting for the answer of somebody who may be gone.
    socket.close()
    socket.terminate()
  })
}
