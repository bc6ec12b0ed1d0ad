import { createHash, randomBytes } from 'node:crypto'
import type { Clock, Ids } from '../core/ports.js'

/** Digits in ascending order of their character codes, so that ids sort as text; no letters that look alike. */
const digits = '0123456789abcdefghjkmnpqrstvwxyz'
const timeLength = 10
const randomLength = 14

/**
 * Makes ids of 24 lower-case letters and digits: the time, then chance. Within one process they always ascend,
 * also within a millisecond and when the clock is set back. 24 fit into a Discord nonce, which takes 25.
 */
export function createIds(clock: Pick<Clock, 'now'>): Ids {
  const freshRandom = createChance()
  let lastTime = 0
  let random: number[] = []

  return { next, of }

  function next(): string {
    const now = clock.now()

    if (now > lastTime) {
      lastTime = now
      random = freshRandom()
    } else if (!increment(random)) {
      lastTime += 1
      random = freshRandom()
    }
    return inDigits(lastTime) + random.map((digit) => digits[digit]).join('')
  }
}

function of(facts: readonly unknown[]): string {
  const hash = createHash('sha256').update(JSON.stringify(facts)).digest()
  return inText(hash.subarray(0, timeLength + randomLength))
}

/** There are as many digits as divide a byte evenly, so that each is as likely as the others. */
function inText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => digits[byte % digits.length]).join('')
}

/** Chance is drawn for many ids at once, which costs hardly more than for one. */
function createChance(): () => number[] {
  let drawn = Buffer.alloc(0)

  return () => {
    if (drawn.length < randomLength) drawn = randomBytes(randomLength * 100)
    const mine = drawn.subarray(0, randomLength)
    drawn = drawn.subarray(randomLength)
    return Array.from(mine, (byte) => byte % digits.length)
  }
}

/** Adds one in place; false when there is no higher number of that length. */
function increment(number: number[]): boolean {
  const at = number.findLastIndex((digit) => digit < digits.length - 1)
  if (at < 0) return false

  number[at] = (number[at] ?? 0) + 1
  number.fill(0, at + 1)
  return true
}

function inDigits(time: number): string {
  let rest = time
  let text = ''
  for (let at = 0; at < timeLength; at += 1) {
    text = digits.charAt(rest % digits.length) + text
    rest = Math.floor(rest / digits.length)
  }
  return text
}
