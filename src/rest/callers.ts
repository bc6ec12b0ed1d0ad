import type { Context, Middleware } from 'koa'
import type { Core } from '../core/api.js'
import { OtpError } from '../core/errors.js'
import { english } from '../core/messages/english.js'
import type { KeyScope } from '../core/model.js'
import type { Secrets } from '../core/ports.js'
import type { Limits } from './limits.js'

const words = english.keys

/** Who asks, by the key that was sent. */
export interface Caller {
  name: string
  scope: KeyScope
  /** With the key of the configuration. */
  isOwner: boolean
}

interface Needs {
  core: Pick<Core, 'findKey'>
  /** The one of the configuration; when it is empty, only the others count. */
  key: string
  secrets: Secrets
  limits: Limits
}

/** Finds out who asks, and lets only those with a key pass, except on the open paths. */
export function knowCaller(
  { core, key, secrets, limits }: Needs,
  isOpen: (path: string) => boolean,
): Middleware {
  const owner = secrets.hash(key)

  return async (ctx, next) => {
    if (isOpen(ctx.path)) return next()

    limits.checkFailed(ctx.ip)
    const sent = keyIn(ctx)
    const caller = await callerOf(sent)
    if (!caller) {
      // Who sends none guesses none, and must not make others wait who come from the same address.
      if (sent !== '') limits.noteFailed(ctx.ip)
      ctx.set('WWW-Authenticate', 'Bearer')
      throw new OtpError('unauthenticated', words.needed())
    }
    if (!caller.isOwner) limits.checkRate(caller.name)
    ctx.state.caller = caller
    await next()
  }

  async function callerOf(sent: string): Promise<Caller | undefined> {
    if (sent === '') return undefined
    if (key !== '' && secrets.isSame(secrets.hash(sent), owner))
      return { name: 'owner', scope: 'admin', isOwner: true }

    const found = await core.findKey(sent)
    return found && { name: found.name, scope: found.scope, isOwner: false }
  }
}

/** Who asks, as `knowCaller` has found out. */
export function callerOf(ctx: Context): Caller {
  const { caller } = ctx.state
  if (!isCaller(caller)) throw new Error('Nobody has looked who asks')
  return caller
}

function isCaller(value: unknown): value is Caller {
  return typeof value === 'object' && value !== null && 'name' in value && 'scope' in value
}

function keyIn(ctx: Context): string {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(ctx.get('Authorization')) ?? []
  return bearer ?? ctx.get('X-Api-Key')
}
