import type { ServerResponse } from 'node:http'
import type { Context } from 'koa'
import { createBell } from '../core/engine/bell.js'
import { OtpError } from '../core/errors.js'
import type { OtpEvent } from '../core/events/event.js'
import type { EventFeed } from '../core/events/journal.js'
import { english } from '../core/messages/english.js'
import type { Clock, Logger } from '../core/ports.js'
import { decode } from './fields.js'
import { presentEvent } from './present-event.js'
import { eventQuery } from './routes/events.js'

const mostStreams = 32
const heartbeatMs = 15_000
/** When whoever lost the connection should come back. */
const retryMs = 3_000
/** Who reads nothing for so long while something waits for them is dropped, and may come back. */
const patienceMs = 10_000
const tooManyAgainMs = 10_000

interface Needs {
  feed: EventFeed
  /** Aborts when the server stops: then every stream ends. */
  closing: AbortSignal
  clock: Clock
  log: Logger
}

interface Opened {
  response: ServerResponse
  from: string
  missed: boolean
  isWanted: (event: OtpEvent) => boolean
}

/**
 * Serves what happens as server-sent events. Each stream reads on from the last event that it was given, so what a
 * slow reader has not taken waits in the store and not in memory.
 */
export function createEventStreams({ feed, closing, clock, log }: Needs) {
  let streams = 0
  return { open }

  /** Answers with the stream, which goes on after this returns. Throws `too_many_requests`, and what is wrong with the query. */
  async function open(ctx: Context): Promise<void> {
    const header = ctx.get('Last-Event-ID')
    const asked = { ...ctx.query, ...(header !== '' && { lastEventId: header }) }
    const { lastEventId, events: names } = decode(eventQuery, asked)
    const from = lastEventId ?? (await feed.now())
    const missed = lastEventId !== undefined && (await feed.hasGap(from))
    if (streams >= mostStreams) {
      const sentence = english.events.tooMany(mostStreams)
      throw new OtpError('too_many_requests', sentence, { retryAfterMs: tooManyAgainMs })
    }

    ctx.status = 200
    ctx.set('Content-Type', 'text/event-stream; charset=utf-8')
    // Proxies that gather what they pass on would hold it back.
    ctx.set('X-Accel-Buffering', 'no')
    if (ctx.method === 'HEAD') return

    ctx.respond = false
    const isWanted = ({ name }: OtpEvent) => names === undefined || names.includes(name)
    void serve({ response: ctx.res, from, missed, isWanted })
  }

  async function serve({ response, from, missed, isWanted }: Opened): Promise<void> {
    const gone = new AbortController()
    const signal = AbortSignal.any([gone.signal, closing])
    const bell = createBell(clock)
    const stopListening = feed.listen(bell.ring)
    response.once('close', () => gone.abort('closed'))
    streams += 1
    try {
      await send(response, signal, `retry: ${retryMs}\n${idLine(from)}${missed ? missedFrame(from) : '\n'}`)
      await pass({ response, from, isWanted }, bell, signal)
    } catch (error) {
      log.warn('an event stream has ended early', { error })
    } finally {
      streams -= 1
      stopListening()
      response.end()
    }
  }

  async function pass(
    { response, from, isWanted }: Omit<Opened, 'missed'>,
    bell: ReturnType<typeof createBell>,
    signal: AbortSignal,
  ): Promise<void> {
    let cursor = from
    let saidAt = clock.now()
    while (!signal.aborted) {
      const { events, more } = await feed.read(cursor)
      cursor = events.at(-1)?.id ?? cursor
      const text = events.filter(isWanted).map(frame).join('')
      const isSilent = text === '' && clock.now() - saidAt >= heartbeatMs
      if (text !== '' || isSilent) {
        // Also of what was not wanted nothing has to be read again.
        if (!(await send(response, signal, isSilent ? `: \n${idLine(cursor)}\n` : text))) return
        saidAt = clock.now()
      }
      if (!more) await bell.wait(Math.max(0, saidAt + heartbeatMs - clock.now()), signal)
    }
  }

  /** False when nobody takes it. */
  async function send(response: ServerResponse, signal: AbortSignal, text: string): Promise<boolean> {
    if (response.write(text)) return true

    const drained = new AbortController()
    response.once('drain', () => drained.abort('drained'))
    await clock.sleep(patienceMs, AbortSignal.any([signal, drained.signal]))
    if (drained.signal.aborted || signal.aborted) return true

    log.info('an event stream that nobody reads was dropped')
    response.destroy()
    return false
  }
}

function frame(event: OtpEvent): string {
  return `${idLine(event.id)}event: ${event.name}\ndata: ${JSON.stringify(presentEvent(event))}\n\n`
}

/** What came just after the id that was named is not kept any more; the oldest that is follows. */
function missedFrame(after: string): string {
  return `event: missed\ndata: ${JSON.stringify({ event: 'missed', after })}\n\n`
}

function idLine(id: string): string {
  return `id: ${id}\n`
}
