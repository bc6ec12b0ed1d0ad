import Router from '@koa/router'
import Koa, { type Context, type Next } from 'koa'
import { OtpError } from '../core/errors.js'
import { english } from '../core/messages/english.js'
import { readBody } from './body.js'
import { callerOf, knowCaller } from './callers.js'
import { allowOrigins } from './cors.js'
import { addDocs } from './docs.js'
import { presentError } from './errors.js'
import { createEventStreams } from './event-stream.js'
import { createLimits } from './limits.js'
import { describeApi } from './openapi.js'
import { presentReadiness } from './readiness.js'
import { keptKeyOf } from './repeats.js'
import { allows, type Route } from './route.js'
import { routes } from './routes/index.js'
import type { RestNeeds } from './server.js'

/** What happens to a request, layer by layer. */
export function createApp(
  { core, config, version, repeats, secrets, readiness, metrics, onAnswered, log, clock, ids }: RestNeeds,
  server: { stopping(): boolean; closing: AbortSignal },
): Koa {
  const { basePath, corsOrigins, key, trustProxy } = config
  const open = { alive: `${basePath}/healthz`, ready: `${basePath}/readyz` }
  const description = `${basePath}/api/v1/openapi.json`
  const docs = `${basePath}/docs`
  const metricsPath = `${basePath}/metrics`
  const askedOften = [open.alive, open.ready, metricsPath]
  const streams = createEventStreams({ feed: core.events, closing: server.closing, clock, log })
  const router = createRouter()

  // Of the addresses that a proxy passes on, only the last is its own word; who sent the request wrote the others.
  const app = new Koa({ proxy: trustProxy, maxIpsCount: 1 })

  app.on('error', (error: unknown) => log.warn('connection failed', { error }))
  app.use(answer)
  app.use(allowOrigins(corsOrigins))
  app.use(knowCaller({ core, key, secrets, limits: createLimits(clock) }, isOpen))
  app.use(router.routes())
  app.use(refuse)
  return app

  function isOpen(path: string): boolean {
    const paths = [...Object.values(open), description, docs]
    return paths.includes(path) || path.startsWith(`${docs}/`)
  }

  /** The outermost layer: gives the request its id, turns errors into answers, writes the log line. */
  async function answer(ctx: Context, next: Next): Promise<void> {
    const id = ids.next()
    const startedAt = clock.now()
    ctx.set('X-Request-Id', id)
    ctx.set('Cache-Control', 'no-store')
    ctx.set('X-Content-Type-Options', 'nosniff')
    let refused: string | undefined

    try {
      await next()
    } catch (error) {
      refused = fail(ctx, id, error)
    }
    // Nobody is there any more, and what ended the connection has been counted.
    if (ctx.req.destroyed && !ctx.req.complete) return

    if (server.stopping()) ctx.set('Connection', 'close')

    const { method, status } = ctx
    const route = typeof ctx.state.route === 'string' ? ctx.state.route : 'none'
    const level = askedOften.includes(route) ? 'debug' : 'info'
    log[level]('request answered', { id, method, route, status, ms: clock.now() - startedAt })
    onAnswered?.({ method, route, status, ...(refused !== undefined && { refused }) })
  }

  function fail(ctx: Context, id: string, error: unknown): string {
    const { status, body, bug, retryAfterSeconds } = presentError(error, id)

    ctx.status = status
    ctx.body = body
    if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(retryAfterSeconds))
    // What is left of a refused body is read and dropped, so that the caller gets to see the answer.
    ctx.req.resume()
    if (bug) log.error('request failed', { id, error })
    return body.code
  }

  function createRouter(): Router {
    const made = new Router({ sensitive: true })

    made.get(open.alive, (ctx) => {
      ctx.state.route = open.alive
      ctx.body = { error: false, reason: '', result: { alive: true } }
    })
    made.get(open.ready, async (ctx) => {
      ctx.state.route = open.ready
      const { status, body } = presentReadiness(await readiness())
      ctx.status = status
      ctx.body = body
    })
    made.get(metricsPath, async (ctx) => {
      ctx.state.route = metricsPath
      const { type, text } = await metrics()
      ctx.set('Content-Type', type)
      ctx.body = text
    })
    const served = routes(core)
    const api = describeApi(served, { version, basePath })
    made.get(description, (ctx) => {
      ctx.state.route = description
      ctx.body = api
    })
    addDocs(made, basePath)
    for (const route of served) addRoute(made, route)
    return made
  }

  function addRoute(to: Router, route: Route): void {
    const path = `${basePath}/api/v1${route.path}`

    to.register(
      path,
      [...route.methods],
      [
        async (ctx, next) => {
          ctx.state.route = path
          // The router lets HEAD in wherever GET is, also where a GET changes something.
          if (ctx.method === 'HEAD' && route.methods.length > 1) return refuse(ctx)
          const { scope } = callerOf(ctx)
          if (!allows(scope, route.scope)) {
            throw new OtpError('forbidden', english.keys.tooWeak(scope, route.scope))
          }
          await next()
        },
        readBody(),
        (ctx) => (route.kind === 'stream' ? streams.open(ctx) : serve(ctx, route)),
      ],
    )
  }

  async function serve(ctx: Context, route: Route): Promise<void> {
    const caller = `key:${callerOf(ctx).name}`
    const key = keptKeyOf(ctx, route)
    if (key === undefined) return send(ctx, { status: route.status, body: await handled(ctx, route, caller) })

    const request = JSON.stringify([ctx.method, ctx.url, ctx.request.body ?? {}])
    const { answer, repeated } = await repeats.once({ caller, key, request }, async () => ({
      status: route.status,
      body: (await handled(ctx, route, caller)).toString(),
    }))
    if (repeated) ctx.set('Idempotency-Replayed', 'true')
    send(ctx, answer)
  }

  function send(ctx: Context, { status, body }: { status: number; body: Buffer | string }): void {
    ctx.status = status
    ctx.type = 'application/json'
    ctx.body = body
  }

  function handled({ params, query, request }: Context, route: Route, by: string): Promise<Buffer> {
    return route.handle({ params, query: { ...query }, body: request.body ?? {}, by })
  }

  /** Nobody answered: the address is unknown, or takes other methods. */
  function refuse(ctx: Context): never {
    const layers = router.match(ctx.path, ctx.method).path
    const allowed = new Set(layers.flatMap((layer) => layer.methods))
    if (allowed.size === 0) ctx.throw(404)

    ctx.set('Allow', [...allowed].join(', '))
    ctx.throw(405)
  }
}
