import { type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { presentUnreadable } from './errors.js'

/** How long a request may take to arrive, its headers and as a whole. Nothing here waits for what is answered. */
export interface Patience {
  headersMs: number
  requestMs: number
}

interface Needs {
  /** An answer is on its way on this connection, so that nothing may be put into it. */
  isAnswering(socket: Duplex): boolean
  onRefused(status: number, code: string): void
}

/**
 * What Node refuses before there is a request (too slow, too many headers, no HTTP) gets the same envelope and is
 * counted like everything else; then the connection ends.
 */
export function answerUnreadable(server: Server, { isAnswering, onRefused }: Needs): void {
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) {
      socket.destroy()
      return
    }
    const { status, body } = presentUnreadable(error.code)
    const text = JSON.stringify(body)
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(text)}`,
      'Cache-Control: no-store',
      'Connection: close',
    ]
    socket.end(`${head.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy())
    onRefused(status, body.code)
  })
}
