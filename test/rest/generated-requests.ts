import fc from 'fast-check'
import type { OpenApi } from '../../src/rest/openapi.js'

/** One request, and the operation of the description that it is meant for. */
export interface GeneratedRequest {
  operation: string
  method: string
  path: string
  headers: Record<string, string>
  body?: string
}

type Json = Record<string, unknown>

/** Requests of every operation: as described, and broken in every part. */
export function requestsOf(api: OpenApi): fc.Arbitrary<GeneratedRequest> {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
  const answering = operations.filter(({ operation }) => !isStream(operation.responses['200']))
  return fc.tuple(fc.constantFrom(...answering), fc.boolean()).chain(([one, asDescribed]) => {
    const { path, method, operation } = one
    const parameters = operation.parameters ?? []
    const { textOf, bodyOf, oddities } = generators(asDescribed)
    return fc
      .record({
        path: fc.record(valuesOf(parameters, 'path', textOf)),
        query: someOf(parameters, 'query', textOf),
        headers: someOf(parameters, 'header', textOf),
        odd: oddities,
        body: bodyOf(operation.requestBody),
      })
      .map((parts) => {
        const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(parts.path[name] ?? 'x'))
        const query = new URLSearchParams(parts.query)
        if (parts.odd) query.append(parts.odd.name, parts.odd.value)
        const asked = query.size > 0 ? `${filled}?${query}` : filled
        const base = { operation: `${method} ${path}`, method, path: asked, headers: parts.headers }
        return parts.body && method !== 'GET' ? { ...base, ...withBody(base, parts.body) } : base
      })
  })
}

/** A stream has no end that an answer could be read to. */
function isStream(response: unknown): boolean {
  return isJson(response) && isJson(response.content) && 'text/event-stream' in response.content
}

function withBody({ headers }: GeneratedRequest, { type, text }: { type: string; text: string }) {
  return { headers: { ...headers, 'Content-Type': type }, body: text }
}

type TextOf = (schema: unknown, place: string) => fc.Arbitrary<string>

function valuesOf(parameters: readonly Json[], place: string, textOf: TextOf) {
  const found = parameters.filter((one) => one.in === place)
  return Object.fromEntries(found.map((one) => [String(one.name), textOf(one.schema, place)]))
}

/** Those that are required, and some of the others. */
function someOf(
  parameters: readonly Json[],
  place: string,
  textOf: TextOf,
): fc.Arbitrary<Record<string, string>> {
  const requiredKeys = parameters
    .filter((one) => one.in === place && one.required)
    .map((one) => String(one.name))
  return fc
    .record(valuesOf(parameters, place, textOf), { requiredKeys })
    .map((some) =>
      Object.fromEntries(Object.entries(some).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]]))),
    )
}

/** What requests are made of: only what the description allows, or broken now and then. */
function generators(asDescribed: boolean) {
  const odd = asDescribed ? 0 : 1
  const oddities = asDescribed
    ? fc.constant(null)
    : fc.option(fc.record({ name: fc.stringMatching(/^[a-z_]{1,12}$/), value: word() }), { freq: 8 })
  return { textOf, bodyOf, oddities }

  function textOf(schema: unknown, place: string): fc.Arbitrary<string> {
    const fits = aValueOf(schema).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    const strange = place === 'header' ? fc.stringMatching(/^[ -~]{0,30}$/).map((it) => it.trim()) : word()
    // A dot alone is taken out of a path by whoever sends it, and nothing at all is another address.
    const isSendable = (text: string) => place !== 'path' || !/^\.{0,2}$/.test(text)
    return fc.oneof({ weight: 6, arbitrary: fits }, { weight: odd, arbitrary: strange }).filter(isSendable)
  }

  function bodyOf(requestBody: Json | undefined): fc.Arbitrary<{ type: string; text: string } | undefined> {
    const content = isJson(requestBody?.content) ? requestBody.content['application/json'] : undefined
    const schema = isJson(content) ? content.schema : {}
    if (!requestBody)
      return asDescribed
        ? fc.constant(undefined)
        : fc.option(fc.jsonValue().map(asJson), { freq: 10, nil: undefined })
    return fc.oneof(
      { weight: 8, arbitrary: aValueOf(schema).map(asJson) },
      { weight: 4, arbitrary: aValueOf(schema).map(asForm) },
      { weight: odd * 2, arbitrary: fc.jsonValue().map(asJson) },
      { weight: odd, arbitrary: fc.constant({ type: 'application/json', text: '{"guest": ' }) },
      { weight: odd, arbitrary: word().map((text) => ({ type: 'application/x-www-form-urlencoded', text })) },
      { weight: odd, arbitrary: word().map((text) => ({ type: 'text/plain', text })) },
      { weight: odd, arbitrary: fc.constant(undefined) },
    )
  }

  function aValueOf(schema: unknown): fc.Arbitrary<unknown> {
    if (!isJson(schema)) return fc.jsonValue()
    return fc.oneof(
      { weight: 12, arbitrary: fitting(schema, aValueOf) },
      { weight: odd, arbitrary: fc.jsonValue() },
    )
  }
}

function asJson(value: unknown) {
  return { type: 'application/json', text: JSON.stringify(value) ?? '' }
}

function asForm(value: unknown) {
  const fields = isJson(value)
    ? Object.entries(value).map(([name, one]): [string, string] => [name, String(one)])
    : []
  return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(fields).toString() }
}

function fitting(schema: Json, aValueOf: (schema: unknown) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const)
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum)
  if (Array.isArray(schema.anyOf)) return fc.oneof(...schema.anyOf.map(aValueOf))

  switch (schema.type) {
    case 'object': {
      const shape = isJson(schema.properties) ? schema.properties : {}
      const requiredKeys = Array.isArray(schema.required) ? schema.required.map(String) : []
      const values = Object.fromEntries(Object.entries(shape).map(([name, one]) => [name, aValueOf(one)]))
      return fc.record(values, { requiredKeys })
    }
    case 'array':
      return fc.array(aValueOf(schema.items), { maxLength: 3 })
    case 'integer':
      return fc.integer({ min: Number(schema.minimum ?? 0), max: Number(schema.maximum ?? 1000) })
    case 'boolean':
      return fc.boolean()
    case 'string':
      return stringOf(schema)
    default:
      return fc.jsonValue()
  }
}

function stringOf({ pattern, format, description }: Json): fc.Arbitrary<string> {
  if (format === 'date-time')
    return fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
      .map((it) => it.toISOString())
  if (String(description).includes('a length of time'))
    return fc.constantFrom('36h', '7d', '2030-01-01T00:00:00Z', 'soon')
  if (typeof pattern === 'string' && !pattern.includes('\\P')) return fc.stringMatching(new RegExp(pattern))
  return word()
}

function word(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.stringMatching(/^[\w .@-]{1,20}$/),
    fc.constantFrom('__proto__', '../../etc/passwd', '%00', '😀', ''),
  )
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
