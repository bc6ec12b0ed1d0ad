import { createHash, timingSafeEqual } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { OtpError } from '../core/errors.js'

/** Lets only requests with the key pass, except on the open paths. Without a key nobody passes. */
export function requireKey(key: string, openPaths: readonly string[]): Middleware {
  const wanted = digest(key)

  return async (ctx, next) => {
    const fits = key !== '' && timingSafeEqual(digest(keyOf(ctx)), wanted)

    if (!fits && !openPaths.includes(ctx.path)) {
      ctx.set('WWW-Authenticate', 'Bearer')
      throw new OtpError(
        'unauthenticated',
        'A valid key is needed: send it as "Authorization: Bearer KEY" or "X-Api-Key: KEY".',
      )
    }
    await next()
  }
}

function keyOf(ctx: Context): string {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(ctx.get('Authorization')) ?? []
  return bearer ?? ctx.get('X-Api-Key')
}

/** Hashes have one length, whatever was sent: comparing them takes the same time always. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
