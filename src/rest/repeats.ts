import type { Context } from 'koa'
import { OtpError } from '../core/errors.js'
import { english } from '../core/messages/english.js'
import type { Route } from './route.js'

/** The `Idempotency-Key` of a POST whose answer may be kept. Throws `invalid_input` for one that cannot be read. */
export function keptKeyOf(ctx: Context, route: Route): string | undefined {
  const key = ctx.get('Idempotency-Key')
  if (key === '' || ctx.method !== 'POST' || !route.keepsAnswer) return undefined
  if (!/^[!-~]{1,200}$/.test(key)) throw new OtpError('invalid_input', english.keys.repeatUnreadable())
  return key
}
