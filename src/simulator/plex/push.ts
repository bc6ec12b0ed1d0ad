import { type WebSocket, WebSocketServer } from 'ws'
import type { Clock } from '../../core/ports.js'
import type { SimItemChange } from './catalogue.js'
import { type Frame, playingFrame, timelineFrame, wants } from './frames.js'
import type { SimAnswer, SimRequest, Upgrade } from './http.js'
import { htmlAnswer } from './http-answers.js'
import type { SimSession } from './players.js'
import { overSocket, overStream, type PushConnection } from './push-connections.js'
import { type Push, usualPush } from './push-switches.js'

/** Control over what a simulated server announces, and to whom. */
export interface SimPush {
  switches: Push
  /** How many listen, in this way or in both; also those that hear nothing any more. */
  count(way?: PushConnection['way']): number
  /** Ends all that are open. */
  drop(how?: 'close' | 'reset'): void
  /** Those that are open now fall silent for good; later ones are as they should be. */
  strand(how: 'muted' | 'dead'): void
  /** Sends any text as a frame, whatever is lost or muted; with a type, to those who want that type. */
  send(text: string, type?: string): void
}

/** The notifications of a simulated server, as a WebSocket and as server-sent events. */
export function createPush({ clock, sessions }: { clock: Clock; sessions: () => SimSession[] }) {
  const socketServer = new WebSocketServer({ noServer: true, autoPong: false })
  const open = new Map<PushConnection, AbortController>()
  const switches = usualPush()

  const push: SimPush = {
    switches,
    count: (way) => [...open.keys()].filter((one) => way === undefined || one.way === way).length,
    drop: (how = 'close') => {
      for (const one of open.keys()) one.drop(how)
    },
    strand: (how) => {
      for (const one of open.keys()) one.stranded = how
    },
    send: (text, type) => tell({ type, text, data: () => text }, (one) => silence(one) !== 'dead'),
  }

  return { push, upgrade, stream, announce, announceChange }

  /** Answers whoever wants a WebSocket and may have one, and says with which status. */
  function upgrade({ query }: SimRequest, { incoming, socket, head }: Upgrade): number | undefined {
    if (switches.websocket === 'hang') return undefined
    if (switches.websocket !== 'open') return refuseUpgrade(switches.websocket, { socket })

    socketServer.handleUpgrade(incoming, socket, head, (opened: WebSocket) => {
      const connection = overSocket(opened, socket, query.get('filters'), (one) => silence(one) === 'dead')
      opened.on('error', () => {})
      opened.on('close', keep(connection))
    })
    return 101
  }

  /** Answers whoever wants server-sent events and may have them. */
  function stream({ query }: SimRequest): SimAnswer | Promise<SimAnswer> {
    if (switches.sse === 'hang') return new Promise(() => {})
    if (switches.sse !== 'open') return htmlAnswer(switches.sse, 'No way through')

    return {
      status: 200,
      type: 'text/event-stream',
      headers: { 'cache-control': 'no-cache' },
      stream: (outgoing) => {
        outgoing.on('error', () => {})
        outgoing.on('close', keep(overStream(outgoing, query.get('filters'))))
      },
    }
  }

  /** Every report of a player is told at once. */
  function announce(session: SimSession): void {
    if (open.size === 0) return
    if (switches.lose > 0) {
      switches.lose -= 1
      return
    }
    const others = switches.with === 'others' ? sessions() : []
    const told = [...others.filter((one) => one.sessionKey !== session.sessionKey), session]
    tell(playingFrame(told, switches), (one) => silence(one) === 'none')
  }

  /** What changes in the libraries is told as well. */
  function announceChange(change: SimItemChange): void {
    if (open.size > 0) tell(timelineFrame(change, switches), (one) => silence(one) === 'none')
  }

  function tell(frame: Frame, hears: (one: PushConnection) => boolean): void {
    for (const one of open.keys()) {
      if (hears(one) && wants(one.filters, frame.type)) one.send(frame)
    }
  }

  /** Counts it as open until what it answers with is called. */
  function keep(connection: PushConnection): () => void {
    const closed = new AbortController()
    open.set(connection, closed)
    keepPinging(connection, closed.signal)

    return () => {
      open.delete(connection)
      closed.abort()
    }
  }

  async function keepPinging(connection: PushConnection, closed: AbortSignal): Promise<void> {
    while (!closed.aborted) {
      await clock.sleep(switches.pingMs || 10_000, closed)
      if (!closed.aborted && switches.pingMs > 0 && silence(connection) !== 'dead') connection.ping()
    }
  }

  function silence({ stranded }: PushConnection): Push['silence'] {
    return stranded === undefined || switches.silence === 'dead' ? switches.silence : stranded
  }
}

/** Turns a request to become a WebSocket away, with a web page. */
export function refuseUpgrade(status: number, { socket }: Pick<Upgrade, 'socket'>): number {
  const { body = '' } = htmlAnswer(status, 'No way through')
  const head = ['Content-Type: text/html', `Content-Length: ${body.length}`, 'Connection: close']
  socket.end(`HTTP/1.1 ${status} No way through\r\n${head.join('\r\n')}\r\n\r\n${body}`)
  return status
}
