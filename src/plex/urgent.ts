import {
  type Agent as HttpAgent,
  get as httpGet,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http'
import { type Agent as HttpsAgent, get as httpsGet } from 'node:https'
import type { Clock } from '../core/ports.js'

/** What is asked for, by which connections, and how long and how much is taken as an answer. */
export interface UrgentRequest {
  url: string
  headers: Record<string, string>
  httpAgent: HttpAgent
  httpsAgent: HttpsAgent
  /** Until the whole answer is there, by this clock. */
  timeoutMs: number
  clock: Clock
  mostBytes: number
  signal?: AbortSignal | undefined
}

export interface UrgentAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/**
 * Gets something with nothing around it: between the sign of a stream and the request that ends it, what axios does for
 * each request took as long as the network. Throws an error with a code, as axios does: `ECONNABORTED` when no answer
 * came in time, `ERR_CANCELED` when the signal broke it off, otherwise that of the connection. Redirects are answers.
 */
export function getAtOnce(request: UrgentRequest): Promise<UrgentAnswer> {
  const { url, headers, httpAgent, httpsAgent, timeoutMs, clock, mostBytes, signal } = request

  return new Promise((resolve, reject) => {
    const asking = url.startsWith('https:')
      ? httpsGet(url, { headers, agent: httpsAgent })
      : httpGet(url, { headers, agent: httpAgent })
    const stopWaiting = clock.after(timeoutMs, () => giveUp(coded('ECONNABORTED')))
    const cancel = () => giveUp(coded('ERR_CANCELED'))
    signal?.addEventListener('abort', cancel)
    if (signal?.aborted) cancel()

    asking.on('error', giveUp)
    asking.on('response', (answer) => {
      collect(answer, mostBytes).then((body) => {
        over()
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body })
      }, giveUp)
    })

    /** The first reason counts: that the connection then breaks off follows from it. */
    function giveUp(reason: Error): void {
      over()
      reject(reason)
      asking.destroy()
    }

    function over(): void {
      stopWaiting()
      signal?.removeEventListener('abort', cancel)
    }
  })
}

function collect(answer: IncomingMessage, mostBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let length = 0

    answer.on('data', (part: Buffer) => {
      parts.push(part)
      length += part.length
      if (length > mostBytes) reject(coded('ERR_BAD_RESPONSE'))
    })
    answer.on('end', () => resolve(Buffer.concat(parts, length).toString('utf8')))
    answer.on('error', reject)
  })
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code })
}
