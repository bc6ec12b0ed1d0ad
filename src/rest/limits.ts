import { isIPv6 } from 'node:net'
import { OtpError } from '../core/errors.js'
import { english } from '../core/messages/english.js'
import type { Clock } from '../core/ports.js'

const words = english.keys

/** What a key that was given away may ask: so many at once, and then so many a second. */
const burst = 300
const perSecond = 50
/** Wrong keys from one address: so many at once, and then one in so many seconds. */
const failedBurst = 20
const failedPerSecond = 0.2
/** Addresses that are remembered; the oldest is forgotten first. */
const mostRemembered = 10_000
const longestAddress = 45

/** Keeps callers from asking too much, and strangers from guessing keys. */
export interface Limits {
  /** Throws `too_many_requests` when this key has asked too much. */
  checkRate(caller: string): void
  /** Throws `too_many_requests` when too many wrong keys came from there. */
  checkFailed(address: string): void
  noteFailed(address: string): void
}

export function createLimits(clock: Clock): Limits {
  const rate = createBuckets(clock, { size: burst, perSecond })
  const failed = createBuckets(clock, { size: failedBurst, perSecond: failedPerSecond })

  return {
    checkRate(caller) {
      const waitMs = rate.take(caller)
      if (waitMs > 0) throw tooMany(words.tooMany, waitMs)
    },
    checkFailed(address) {
      const waitMs = failed.waitMs(networkOf(address))
      if (waitMs > 0) throw tooMany(words.tooManyFailed, waitMs)
    },
    noteFailed(address) {
      failed.take(networkOf(address))
    },
  }
}

/** Whoever has one address of IPv6 has as many as they like with the same first half: these count as one. */
function networkOf(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (isIPv6(address)) return firstHalf(address)
  return address.slice(0, longestAddress)
}

function firstHalf(address: string): string {
  const [before = '', after] = address.toLowerCase().split('%')[0]?.split('::') ?? []
  const groups = before === '' ? [] : before.split(':')
  const behind = after === undefined || after === '' ? 0 : after.split(':').length
  const missing = after === undefined ? 0 : Math.max(0, 8 - groups.length - behind)
  const all = [...groups, ...Array<string>(missing).fill('0'), ...(after?.split(':') ?? [])]
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

function tooMany(sentence: (seconds: number) => string, retryAfterMs: number): OtpError {
  return new OtpError('too_many_requests', sentence(Math.ceil(retryAfterMs / 1000)), { retryAfterMs })
}

/** Token buckets by name. */
function createBuckets(clock: Clock, { size, perSecond }: { size: number; perSecond: number }) {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return { take, waitMs }

  /** Takes a token, or answers how long it is until there is one. */
  function take(name: string): number {
    const bucket = filled(name)
    const missing = waitFor(bucket.tokens)
    if (missing === 0) bucket.tokens -= 1

    buckets.delete(name)
    buckets.set(name, bucket)
    if (buckets.size > mostRemembered) forgetOldest()
    return missing
  }

  function waitMs(name: string): number {
    return waitFor(filled(name).tokens)
  }

  function filled(name: string): { tokens: number; at: number } {
    const now = clock.now()
    const { tokens, at } = buckets.get(name) ?? { tokens: size, at: now }
    return { tokens: Math.min(size, tokens + (Math.max(0, now - at) / 1000) * perSecond), at: now }
  }

  function waitFor(tokens: number): number {
    return tokens >= 1 ? 0 : ((1 - tokens) / perSecond) * 1000
  }

  function forgetOldest(): void {
    for (const name of buckets.keys()) {
      buckets.delete(name)
      return
    }
  }
}
