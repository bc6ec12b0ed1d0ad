import type { z } from 'zod'
import type { KeyScope, Page } from '../core/model.js'
import { keyScopes } from '../wire/shapes.js'
import { decode } from './fields.js'
import { onceForEach, onceForEachPage } from './once-for-each.js'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What a request brings: its three parts as they came, and who asks. */
export interface Asked {
  params: unknown
  query: unknown
  body: unknown
  by: string
}

/** One line of the API: enough to serve it and to describe it. */
export interface Route {
  methods: readonly Method[]
  /** Below `/api/v1`. */
  path: string
  summary: string
  /** The status of a success. */
  status: number
  /** What the key must at least be allowed to do. */
  scope: KeyScope
  /** Whether the answer may be kept, to be given again for the same `Idempotency-Key`: not when it holds a secret. */
  keepsAnswer: boolean
  schemas: { params: z.ZodType; query: z.ZodType; body: z.ZodType; answer: z.ZodType }
  /** A stream is served by itself, and `handle` is not asked. On lists, `next` is the cursor of the next page, or null. */
  kind: 'one' | 'list' | 'stream'
  /** The envelope with the result in it, as JSON. */
  handle(asked: Asked): Promise<Buffer>
}

interface Spec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType> {
  methods: readonly Method[]
  path: string
  summary: string
  status?: number
  /** `read` for what only looks, else `assign`, unless told. */
  scope?: KeyScope
  keepsAnswer?: boolean
  params: P
  query: Q
  body: B
  answer: A
}

interface Decoded<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  params: z.output<P>
  query: z.output<Q>
  body: z.output<B>
  by: string
}

/** An address that answers one thing. */
export function one<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  spec: Spec<P, Q, B, A> & { run(request: Decoded<P, Q, B>): Promise<z.input<A>> },
): Route {
  return {
    ...described(spec, 'one'),
    handle: async (asked) => {
      const result: unknown = spec.answer.parse(await spec.run(decoded(spec, asked)))
      return envelope({ result })
    },
  }
}

/** An address that answers a list of things; `answer` is the shape of one of them. */
export function list<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  spec: Spec<P, Q, B, A> & { run(request: Decoded<P, Q, B>): Promise<Page<z.input<A> & object>> },
): Route {
  // What was presented once and has not changed comes as the same object, and has passed already.
  const checked = onceForEach((item: z.input<A> & object) => spec.answer.parse(item))
  const written = onceForEachPage(({ items, next }: Page<z.input<A> & object>) =>
    envelope({ result: items.map(checked), next }),
  )
  return {
    ...described(spec, 'list'),
    handle: async (asked) => written(await spec.run(decoded(spec, asked))),
  }
}

function envelope(content: { result: unknown; next?: string | null }): Buffer {
  return Buffer.from(JSON.stringify({ error: false, reason: '', ...content }))
}

function described<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  spec: Spec<P, Q, B, A>,
  kind: Route['kind'],
): Omit<Route, 'handle'> {
  const { methods, path, summary, status = 200, scope, keepsAnswer = true, ...schemas } = spec
  const usual: KeyScope = methods.every((method) => method === 'GET') ? 'read' : 'assign'
  const { params, query, body, answer } = schemas
  return {
    methods,
    path,
    summary,
    status,
    scope: scope ?? usual,
    keepsAnswer,
    schemas: { params, query, body, answer },
    kind,
  }
}

/** Whether a key of this scope may do what needs that one. */
export function allows(held: KeyScope, needed: KeyScope): boolean {
  return keyScopes.indexOf(held) >= keyScopes.indexOf(needed)
}

function decoded<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  spec: Spec<P, Q, B, A>,
  { params, query, body, by }: Asked,
): Decoded<P, Q, B> {
  return {
    params: decode(spec.params, params),
    query: decode(spec.query, query),
    body: decode(spec.body, body),
    by,
  }
}
