import { z } from 'zod'
import { event } from '../wire/event.js'
import * as shapes from '../wire/shapes.js'
import { failureStatuses } from './errors.js'
import type { Method, Route } from './route.js'

/** The part of OpenAPI 3.1 that is written here. */
export interface OpenApi {
  openapi: '3.1.0'
  info: { title: string; version: string; description: string }
  servers: { url: string }[]
  security: Record<string, string[]>[]
  paths: Record<string, Record<string, Operation>>
  components: { securitySchemes: Record<string, unknown>; schemas: Record<string, Json> }
}

interface Operation {
  operationId: string
  summary: string
  description: string
  parameters?: Json[]
  requestBody?: Json
  responses: Record<string, Json>
}

type Json = Record<string, unknown>

const bodyTypes = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data']

/** Shapes that have a name of their own in the description. */
const named = z.registry<{ id: string }>()
for (const [id, shape] of Object.entries({
  Assignment: shapes.assignment,
  Assigned: shapes.assigned,
  Extended: shapes.extended,
  Ended: shapes.ended,
  Event: event,
  Failure: shapes.failure,
  Finding: shapes.finding,
  Guest: shapes.monitoredGuest,
  GuestRef: shapes.guestRef,
  Library: shapes.library,
  MediaItem: shapes.mediaItem,
  MonitorStatus: shapes.monitorStatus,
  Session: shapes.guestSession,
  Violation: shapes.violation,
})) {
  named.add(shape, { id })
}

/** The description of the API in OpenAPI 3.1, made of the same schemas that check requests and answers. */
export function describeApi(routes: readonly Route[], about: { version: string; basePath: string }): OpenApi {
  const paths: OpenApi['paths'] = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    const operations = route.methods.map((method) => [method.toLowerCase(), operation(route, method)])
    paths[path] = { ...paths[path], ...Object.fromEntries(operations) }
  }

  return {
    openapi: '3.1.0',
    info: {
      title: 'One Time Plex Reloaded',
      version: about.version,
      description:
        'Lends one film or one episode of a Plex server to one guest, and takes it back. Times are ISO-8601 in UTC.',
    },
    servers: [{ url: `${about.basePath}/api/v1` }],
    security: [{ bearer: [] }, { header: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        header: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
      },
      schemas: namedSchemas(),
    },
  }
}

function operation(route: Route, method: Method): Operation {
  const parameters = [
    ...parametersIn('path', route.schemas.params),
    ...parametersIn('query', route.schemas.query),
    ...(method === 'POST' ? [idempotencyKey] : []),
    ...(route.kind === 'stream' ? [lastEventId] : []),
  ]
  const body = requestSchema(route.schemas.body)
  const hasBody = Object.keys(propertiesOf(body)).length > 0 && method !== 'GET'

  return {
    operationId: `${method.toLowerCase()}${route.path.replace(/[/:]+(\w)/g, (_, letter) => letter.toUpperCase())}`,
    summary: route.summary,
    description: `Needs a key of scope \`${route.scope}\`.`,
    ...(parameters.length > 0 && { parameters }),
    ...(hasBody && { requestBody: requestBody(body) }),
    responses: {
      [String(route.status)]: success(route),
      ...Object.fromEntries(failureStatuses.map((status) => [String(status), failed])),
    },
  }
}

const idempotencyKey: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Sent again with the same body within a day, the same answer comes and nothing is done twice.',
  schema: { type: 'string', minLength: 1, maxLength: 200, pattern: '^[!-~]+$' },
}

const lastEventId: Json = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'The id of the last event that was received: what came after it follows.',
  schema: { type: 'string', pattern: '^\\d{1,20}$' },
}

const failed: Json = {
  description: 'Refused or failed; the reason is a sentence.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } },
}

function success({ kind, schemas: { answer } }: Route): Json {
  const result = answerSchema(answer)
  if (kind === 'stream') {
    const description =
      'Server-sent events; the data of each is one JSON object. `missed` says that older ones are gone.'
    return { description, content: { 'text/event-stream': { schema: result } } }
  }
  const list = { type: 'array', items: result }
  const schema = {
    type: 'object',
    properties: {
      error: { const: false },
      reason: { const: '' },
      result: kind === 'list' ? list : result,
      ...(kind === 'list' && {
        next: { type: ['string', 'null'], description: 'The cursor of the next page, or null.' },
      }),
    },
    required: ['error', 'reason', 'result', ...(kind === 'list' ? ['next'] : [])],
    additionalProperties: false,
  }
  return { description: 'Done.', content: { 'application/json': { schema } } }
}

function parametersIn(place: 'path' | 'query', schema: z.ZodType): Json[] {
  const read = requestSchema(schema)
  const required = Array.isArray(read.required) ? read.required : []

  return Object.entries(propertiesOf(read)).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema: property,
  }))
}

function requestBody(schema: Json): Json {
  const required = Array.isArray(schema.required) && schema.required.length > 0
  return { required, content: Object.fromEntries(bodyTypes.map((type) => [type, { schema }])) }
}

function propertiesOf({ properties }: Json): Record<string, Json> {
  return isJson(properties) ? Object.fromEntries(Object.entries(properties).filter(isNamedJson)) : {}
}

function isNamedJson(entry: [string, unknown]): entry is [string, Json] {
  return isJson(entry[1])
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** As a caller may send it, before it is read. */
function requestSchema(schema: z.ZodType): Json {
  return plain(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))
}

function answerSchema(schema: z.ZodType): Json {
  const id = named.get(schema)?.id
  return id === undefined ? plain(z.toJSONSchema(schema)) : { $ref: `#/components/schemas/${id}` }
}

function namedSchemas(): Record<string, Json> {
  const { schemas } = z.toJSONSchema(named, { uri: (id) => `#/components/schemas/${id}` })
  return Object.fromEntries(Object.entries(schemas).map(([id, { $id: _, ...schema }]) => [id, plain(schema)]))
}

/** The dialect is that of OpenAPI 3.1 as a whole. */
function plain({ $schema: _, ...schema }: Json): Json {
  return schema
}
