import type { Clock } from '../core/ports.js'
import type { PlexAnswer } from './answer.js'
import { type PlexHttp, type PlexRequest, plexHttp } from './http.js'

export interface LimiterNeeds {
  clock: Clock
  /** Aborted when the program stops: nobody waits any longer, and nothing new is asked. */
  signal?: AbortSignal
  /** Spreads second tries; from 0 up to 1. */
  random?: () => number
}

/** How many requests may be under way at once. */
const places = 2
/** How long "too many requests" is waited out, from the first one until something works again. */
const patienceMs = 10_000
const leastWaitMs = 1_000
const againAfterMs = 500
const jitterMs = 250

/**
 * Makes everybody who asks plex.tv queue up at one counter, whichever of its doors they go to. After "too many
 * requests" nobody asks until the wait is over; a longer wait than is bearable is refused at once, without
 * asking. What may be repeated is repeated after it, and a read that failed in passing is asked once more.
 */
export function createLimiter({ clock, signal, random = Math.random }: LimiterNeeds) {
  const waiting: ((word: Word) => void)[] = []
  let running = 0
  let asleep = false
  let jam: Jam | undefined
  /** Counts the refusals, so that an answer to an older request is told from one to a newer. */
  let refusals = 0

  signal?.addEventListener('abort', serve, { once: true })

  return function limited(http: PlexHttp): PlexHttp {
    return plexHttp(http.name, async (request) => {
      const answer = await askInTurn(http, request)
      if (request.method !== 'GET' || !failedInPassing(answer) || signal?.aborted) return answer

      await clock.sleep(againAfterMs + random() * jitterMs, signal)
      return askInTurn(http, request)
    })
  }

  async function askInTurn(http: PlexHttp, request: PlexRequest): Promise<PlexAnswer> {
    for (;;) {
      const word = await myTurn()
      if (word !== 'go') return word

      const answer = await askNow(http, request)
      if (!isBusy(answer)) return answer
      if (!mayRepeat(request)) return busy()
    }
  }

  async function askNow(http: PlexHttp, request: PlexRequest): Promise<PlexAnswer> {
    const refusalsBefore = refusals
    try {
      const answer = await http.ask(request)
      if (isBusy(answer)) close(answer.retryAfterMs, refusals > refusalsBefore)
      else if (works(answer) && refusals === refusalsBefore) jam = undefined
      return answer
    } finally {
      running -= 1
      serve()
    }
  }

  /** Nobody asks until the wait is over. Requests that were under way together are refused only once. */
  function close(retryAfterMs: number | undefined, together: boolean): void {
    refusals += 1
    if (together && retryAfterMs === undefined) return

    const now = clock.now()
    const { since, openAt, nextWaitMs } = jam ?? { since: now, openAt: now, nextWaitMs: leastWaitMs }
    const waitMs = Math.max(retryAfterMs ?? nextWaitMs, leastWaitMs)
    jam = { since, openAt: Math.max(openAt, now + waitMs), nextWaitMs: nextWaitMs * 2 }
  }

  function myTurn(): Promise<Word> {
    return new Promise((resolve) => {
      waiting.push(resolve)
      serve()
    })
  }

  /** Lets everybody go whose turn it is, or whose waiting is pointless. */
  function serve(): void {
    const leftMs = leftOf(jam)
    if (signal?.aborted) letGo(stopping)
    else if (leftMs > 0 && isTooLong(jam)) letGo(busy())
    else if (leftMs > 0) void serveAfter(leftMs)
    else letIn()
  }

  function letIn(): void {
    while (running < places && waiting.length > 0) {
      running += 1
      waiting.shift()?.('go')
    }
  }

  async function serveAfter(ms: number): Promise<void> {
    if (asleep || waiting.length === 0) return

    asleep = true
    await clock.sleep(ms, signal)
    asleep = false
    serve()
  }

  function letGo(word: Word): void {
    for (const resolve of waiting.splice(0)) resolve(word)
  }

  function busy(): Busy {
    return { kind: 'refused', status: 429, reason: 'too many requests', retryAfterMs: leftOf(jam) }
  }

  function leftOf(present: Jam | undefined): number {
    return present ? Math.max(0, present.openAt - clock.now()) : 0
  }
}

/** plex.tv takes no requests. */
interface Jam {
  /** The first "too many requests" since something worked. */
  since: number
  /** When plex.tv may be asked again. */
  openAt: number
  /** How long the next wait is when plex.tv does not say. */
  nextWaitMs: number
}

function isTooLong(jam: Jam | undefined): boolean {
  return jam !== undefined && jam.openAt - jam.since > patienceMs
}

/** What somebody in the queue is told: to ask, or the answer that they get instead. */
type Word = 'go' | PlexAnswer

type Busy = Extract<PlexAnswer, { kind: 'refused' }>

/** It was never sent, so nothing can have come of it. */
const stopping: PlexAnswer = { kind: 'silence', why: 'no-connection', reason: 'OTP is being stopped' }

function isBusy(answer: PlexAnswer): answer is Busy {
  return answer.kind === 'refused' && answer.status === 429
}

/** plex.tv itself has dealt with the request, whatever it said. */
function works(answer: PlexAnswer): boolean {
  return answer.kind === 'done' || (answer.kind === 'refused' && answer.status < 500)
}

function failedInPassing(answer: PlexAnswer): boolean {
  if (answer.kind === 'refused') return answer.status >= 500
  return answer.kind === 'silence' && answer.why !== 'no-connection'
}

function mayRepeat({ method, repeatable }: PlexRequest): boolean {
  return repeatable ?? method !== 'POST'
}
