import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'

export interface Received {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** Takes what is posted, and answers as a test has it answer; 204 unless told. */
export async function startReceiver() {
  const received: Received[] = []
  let answer = (response: ServerResponse, _nth: number): void => void response.writeHead(204).end()
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece) => {
      body += String(piece)
    })
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body })
      answer(response, received.length)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0

  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    names: () => received.map(({ headers }) => String(headers['otp-event'])),
    deliveries: () => received.map(({ headers }) => String(headers['otp-delivery'])),
    answer: (how: typeof answer) => {
      answer = how
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** As a receiver checks it. */
export function isSigned({ headers, body }: Received, secret: string): boolean {
  const wanted = createHmac('sha256', secret).update(`${headers['otp-timestamp']}.${body}`).digest('hex')
  return headers['otp-signature'] === `v1=${wanted}`
}
