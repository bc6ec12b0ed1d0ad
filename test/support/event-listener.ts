import { type IncomingMessage, request } from 'node:http'

export interface HeardEvent {
  id?: string
  event: string
  data: Record<string, unknown>
}

/** Opens a stream of events and keeps what it says, until it is closed. */
export function listenTo(url: string, headers: Record<string, string>) {
  const heard: HeardEvent[] = []
  let text = ''
  let status = 0
  let lastId = ''
  let isOver = false
  let answer: IncomingMessage | undefined
  const asking = request(url, { headers, agent: false })
  const opened = new Promise<void>((resolve, reject) => {
    asking.once('error', (error) => {
      isOver = true
      reject(error)
    })
    asking.once('response', (response) => {
      answer = response
      status = response.statusCode ?? 0
      response.setEncoding('utf8')
      response.on('data', (piece: string) => {
        text += piece
        read()
      })
      response.on('error', () => {})
      response.once('close', () => {
        isOver = true
      })
      resolve()
    })
  })
  asking.end()

  return {
    heard,
    opened,
    names: () => heard.map((one) => one.event),
    /** Everything that has been said, comments too. */
    text: () => text,
    status: () => status,
    lastId: () => lastId,
    isOver: () => isOver,
    /** Takes nothing more, and does not go away. */
    pause: () => void answer?.pause(),
    close: () => void asking.destroy(),
  }

  function read(): void {
    const frames = text.split('\n\n').slice(0, -1)
    heard.length = 0
    for (const frame of frames) take(frame)
  }

  function take(frame: string): void {
    const fields = new Map(frame.split('\n').map((line) => splitAt(line)))
    lastId = fields.get('id') ?? lastId
    const data = fields.get('data')
    const event = fields.get('event')
    if (data === undefined || event === undefined) return
    const id = fields.get('id')
    heard.push({ event, data: JSON.parse(data), ...(id !== undefined && { id }) })
  }
}

function splitAt(line: string): [string, string] {
  const at = line.indexOf(': ')
  return at === -1 ? [line, ''] : [line.slice(0, at), line.slice(at + 2)]
}
