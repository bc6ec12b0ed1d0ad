import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Secrets } from '../core/ports.js'

/** Secrets of 256 bits; a plain SHA-256 is enough for what nobody can guess. */
export const secrets: Secrets = {
  make: () => `otp_${randomBytes(32).toString('base64url')}`,
  hash: (secret) => createHash('sha256').update(secret).digest('hex'),
  isSame: (one, other) => {
    const [a, b] = [Buffer.from(one), Buffer.from(other)]
    return a.length === b.length && timingSafeEqual(a, b)
  },
}
