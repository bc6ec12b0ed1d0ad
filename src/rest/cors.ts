import type { Middleware } from 'koa'

/** Lets web pages of these origins read the answers; `*` means any. The key stays necessary. */
export function allowOrigins(origins: readonly string[]): Middleware {
  return async (ctx, next) => {
    const origin = ctx.get('Origin')
    const allowed = origin !== '' && (origins.includes('*') || origins.includes(origin))

    if (origins.length > 0) ctx.vary('Origin')
    if (!allowed) return next()

    ctx.set('Access-Control-Allow-Origin', origin)
    ctx.set('Access-Control-Expose-Headers', 'X-Request-Id, Retry-After')
    if (ctx.method !== 'OPTIONS') return next()

    ctx.set('Access-Control-Allow-Methods', 'GET, POST, PATCH, PUT, DELETE')
    ctx.set(
      'Access-Control-Allow-Headers',
      'Authorization, X-Api-Key, Content-Type, Idempotency-Key, Last-Event-ID',
    )
    ctx.set('Access-Control-Max-Age', '600')
    ctx.status = 204
  }
}
