import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../src/core/errors.js'
import { describeApi } from '../../src/rest/openapi.js'
import { routes } from '../../src/rest/routes/index.js'
import { fakeCore } from '../support/fake-core.js'
import { answeringCore } from './answering-core.js'
import { requestsOf } from './generated-requests.js'
import { startService, testKey } from './service.js'

const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

const seed = Number(process.env.OTP_SEED ?? 20_261_127)
const runs = Number(process.env.OTP_RUNS ?? (process.env.OTP_MATRIX === 'all' ? 6_000 : 500))
const described = describeApi(routes(fakeCore()), { version: '1.2.3', basePath: '' })

describe('the description of the API', () => {
  test('is valid OpenAPI 3.1, says a public validator', async () => {
    expect(await new Validator().validate(JSON.parse(JSON.stringify(described)))).toMatchObject({
      valid: true,
    })
  })

  test('is served without a key, with the path that the API is under', async () => {
    const service = await startService(fakeCore(), { config: { basePath: '/otp' } })
    stops.push(service.stop)

    const response = await fetch(`${service.url}/api/v1/openapi.json`)
    const body: unknown = await response.json()
    expect(response.status).toBe(200)
    expect(body).toMatchObject({ openapi: '3.1.0', servers: [{ url: '/otp/api/v1' }] })
  })

  test('names every route and method, once each', () => {
    const served = routes(fakeCore()).flatMap(({ methods, path }) =>
      methods.map((method) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`),
    )
    const named = Object.entries(described.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(named.sort()).toEqual([...new Set(served)].sort())
  })

  test('gives each operation a name of its own', () => {
    const names = Object.values(described.paths).flatMap((path) =>
      Object.values(path).map((it) => it.operationId),
    )
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('requests made from the description', () => {
  test(`meet no 500 and no answer that it does not describe (seed ${seed}, ${runs} requests)`, async () => {
    const refusals: (ErrorCode | undefined)[] = [
      ...Array<undefined>(12).fill(undefined),
      'conflict',
      'ambiguous',
      'plex_busy',
      'media_not_found',
      'plex_refused',
      'store_unavailable',
      'fence_unavailable',
      'guest_not_assignable',
      'plex_token_rejected',
    ]
    let refusal: ErrorCode | undefined
    const service = await startService(answeringCore(() => refusal))
    stops.push(service.stop)
    const schemas = compiled()
    const met = new Map<number, number>()

    await fc.assert(
      fc.asyncProperty(requestsOf(described), fc.constantFrom(...refusals), async (asked, refused) => {
        refusal = refused
        const response = await fetch(`${service.url}/api/v1${asked.path}`, {
          method: asked.method,
          headers: { 'X-Api-Key': testKey, ...asked.headers },
          ...(asked.body !== undefined && { body: asked.body }),
        })
        const body: unknown = await response.json()
        met.set(response.status, (met.get(response.status) ?? 0) + 1)
        expect({ status: response.status, body }).not.toMatchObject({ status: 500 })
        expect(schemas.complaints(asked.operation, response.status, body)).toEqual([])
      }),
      { seed, numRuns: runs, endOnFailure: true },
    )
    expect(met.get(200) ?? 0).toBeGreaterThan(runs / 10)
    expect(met.get(201) ?? 0).toBeGreaterThan(runs / 40)
    expect(met.get(400) ?? 0).toBeGreaterThan(runs / 10)
  }, 300_000)
})

/** Checks answers against what the description says of them. */
function compiled() {
  const ajv = new Ajv2020({ strict: false, validateFormats: true })
  formats.default(ajv)
  ajv.addSchema({ $id: 'api', components: described.components })
  const known = new Map<string, ReturnType<typeof ajv.compile>>()
  return { complaints }

  function complaints(operation: string, status: number, body: unknown): unknown[] {
    const name = `${operation} ${status}`
    const [method = '', path = ''] = operation.split(' ')
    const response = described.paths[path]?.[method.toLowerCase()]?.responses[String(status)]
    if (!response) return [`${name} is not described`]

    let check = known.get(name)
    if (!check) {
      const text = JSON.stringify(schemaIn(response)).replaceAll('"#/components', '"api#/components')
      check = ajv.compile(JSON.parse(text))
      known.set(name, check)
    }
    return check(body) ? [] : (check.errors ?? ['refused']).map((one) => ({ name, body, one }))
  }
}

function schemaIn(response: Record<string, unknown>): unknown {
  const content = response.content
  if (typeof content !== 'object' || content === null || !('application/json' in content)) return false
  const json = content['application/json']
  return typeof json === 'object' && json !== null && 'schema' in json ? json.schema : false
}
