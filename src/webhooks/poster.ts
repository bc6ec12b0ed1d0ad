import { createHash, createHmac } from 'node:crypto'
import type { Readable } from 'node:stream'
import axios, { isAxiosError } from 'axios'
import type { EventName, OtpEvent } from '../core/events/event.js'
import type { EventPoster, Posted, Webhook } from '../core/events/webhook.js'
import { events as words } from '../core/messages/events.js'
import type { Clock } from '../core/ports.js'

const usualTimeoutMs = 10_000

/** As the configuration has them. */
export interface WebhookConfig {
  url: string
  /** Empty: what is posted is not signed. */
  secret: string
  events: readonly EventName[]
}

/** Posts events as JSON. What is answered counts by its status alone; nobody is followed to another address. */
export function createEventPoster(needs: {
  webhooks: readonly WebhookConfig[]
  /** What is posted, to be written as JSON. */
  present: (event: OtpEvent) => object
  version: string
  clock: Clock
  timeoutMs?: number
}): EventPoster {
  const { webhooks, present, version, clock, timeoutMs = usualTimeoutMs } = needs
  const http = axios.create({
    maxRedirects: 0,
    proxy: false,
    validateStatus: null,
    responseType: 'stream',
    transformRequest: [(body: unknown) => body],
  })
  const hooks = webhooks.map(({ url, events }, at) => {
    const before = webhooks.slice(0, at).filter((one) => one.url === url).length
    return { id: idOf(url, before), number: at + 1, events }
  })

  return { hooks, post }

  async function post(hook: Webhook, event: OtpEvent, signal: AbortSignal): Promise<Posted> {
    const config = webhooks[hook.number - 1]
    if (!config) throw new Error(`There is no webhook ${hook.number}`)

    const body = Buffer.from(JSON.stringify(present(event)))
    const timestamp = String(Math.floor(clock.now() / 1_000))
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': `One-Time-Plex/${version}`,
      'OTP-Event': event.name,
      'OTP-Delivery': event.id,
      'OTP-Timestamp': timestamp,
      ...(config.secret !== '' && { 'OTP-Signature': `v1=${signature(config.secret, timestamp, body)}` }),
    }
    try {
      const tooLate = AbortSignal.timeout(timeoutMs)
      const { status, data } = await http.post<Readable>(config.url, body, {
        headers,
        signal: AbortSignal.any([signal, tooLate]),
      })
      // Nobody reads it, however long it is.
      data.on('error', () => {}).destroy()
      return postedFor(status)
    } catch (error) {
      return { kind: 'failed', reason: reasonOf(error) }
    }
  }
}

/** By the address, so that the order in the configuration does not matter; one address may stand there twice. */
function idOf(url: string, before: number): string {
  return createHash('sha256').update(`${before} ${url}`).digest('hex').slice(0, 24)
}

function signature(secret: string, timestamp: string, body: Buffer): string {
  return createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')
}

function postedFor(status: number): Posted {
  if (status >= 200 && status < 300) return { kind: 'taken' }
  return { kind: status === 410 ? 'gone' : 'failed', reason: words.answered(status) }
}

/** Only the code of what went wrong: its message may name the address. */
function reasonOf(error: unknown): string {
  if (!isAxiosError(error)) throw error
  if (error.code === 'ERR_CANCELED') return words.noAnswer()
  return words.notReached(error.code ?? 'no connection')
}
