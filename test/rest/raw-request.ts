import { connect, type Socket } from 'node:net'

/** What came back on a connection until it was closed. */
export interface RawAnswer {
  status: number
  headers: Record<string, string>
  body: unknown
}

/**
 * Sends text on a connection of its own, as no decent client would, and reads until the other side closes it.
 * `more` may go on sending.
 */
export function sendRaw(url: string, text: string, more: (socket: Socket) => void = () => {}) {
  const { hostname, port } = new URL(url)
  return new Promise<RawAnswer>((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    let said = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk) => {
      said += chunk
    })
    // What is sent after the answer meets a closed door.
    socket.on('error', (error: Error & { code?: string }) => {
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error)
    })
    socket.on('close', () => {
      if (said === '') reject(new Error('The connection was closed without an answer'))
      else resolve(answerIn(said))
    })
    socket.write(text, () => more(socket))
  })
}

function answerIn(text: string): RawAnswer {
  const [head = '', body = ''] = text.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  )
  return { status: Number(first.split(' ')[1]), headers, body: JSON.parse(body) }
}
