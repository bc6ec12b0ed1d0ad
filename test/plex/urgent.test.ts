import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Agent as SafeAgent } from 'node:https'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { allowedAtServer } from '../../src/plex/allowed.js'
import type { PlexAnswer } from '../../src/plex/answer.js'
import { createPlexHttp } from '../../src/plex/http.js'
import { getAtOnce } from '../../src/plex/urgent.js'
import { systemClock } from '../../src/util/clock.js'

type Behaviour = (request: IncomingMessage, response: ServerResponse) => void

const json = { 'content-type': 'application/json' }
const list = '{"MediaContainer":{"size":0}}'

const behaviours: Record<string, Behaviour> = {
  'a list': (_, response) => response.writeHead(200, json).end(list),
  'a list with letters that take several bytes, in pieces': (_, response) => {
    const bytes = Buffer.from('{"MediaContainer":{"title":"Amélie 🎬"}}')
    response.writeHead(200, json)
    for (const byte of bytes) response.write(Buffer.of(byte))
    response.end()
  },
  nothing: (_, response) => response.writeHead(200).end(),
  'a page of a proxy': (_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
  'a redirect': (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  'a refusal of the token': (_, response) =>
    response.writeHead(401, json).end('{"errors":[{"message":"no"}]}'),
  'gone, without a word': (_, response) => response.writeHead(404).end(),
  'too many requests': (_, response) => response.writeHead(429, { 'retry-after': '7' }).end(),
  'a busy server': (_, response) => response.writeHead(503).end(),
  'a list that breaks off': (_, response) => {
    response.writeHead(200, { ...json, 'content-length': '900' })
    response.write(list, () => response.destroy())
  },
  'half a list': (_, response) => response.writeHead(200, json).end('{"MediaContainer":{"si'),
  'a closed connection': (request) => request.socket.destroy(),
  silence: () => {},
}

describe('a request that is urgent', () => {
  test.each(Object.entries(behaviours))('is understood as any other: %s', async (_what, behaviour) => {
    const { http } = await serverThat(behaviour)
    const request = { method: 'GET', path: '/status/sessions' } as const

    const usual = await http.ask(request)
    const urgent = await http.ask({ ...request, urgent: true })

    expect(understood(urgent)).toEqual(understood(usual))
  })

  test('says who asks and what for, as any other', async () => {
    const { http, requests } = await serverThat((_, response) => response.writeHead(200, json).end(list))
    const request = { method: 'GET', path: '/status/sessions/terminate', query: { reason: 'ä & b' } } as const

    await http.ask(request)
    await http.ask({ ...request, urgent: true })

    const [usual, urgent] = requests.map(({ url, headers }) => ({ url, headers: plexHeaders(headers) }))
    expect(urgent).toEqual(usual)
    expect(urgent?.headers['x-plex-token']).toBe('the-token')
  })

  test('gets none without an address that can be asked', async () => {
    const { http } = await serverThat(() => {}, { url: () => 'not an address' })

    const answer = await http.ask({ method: 'GET', path: '/status/sessions', urgent: true })

    expect(answer).toEqual({
      kind: 'silence',
      why: 'no-connection',
      reason: 'the address is not a valid one',
    })
  })

  test('nobody listens', async () => {
    const { http } = await serverThat(() => {}, { url: () => 'http://127.0.0.1:1' })

    const answer = await http.ask({ method: 'GET', path: '/status/sessions', urgent: true })

    expect(answer).toMatchObject({ why: 'no-connection', reason: 'nothing listens at that address' })
  })

  test('waits no longer for an answer that trickles', async () => {
    const { http } = await serverThat((_, response) => {
      response.writeHead(200, json)
      const drop = setInterval(() => response.write(' '), 5)
      response.on('close', () => clearInterval(drop))
    })

    const answer = await http.ask({ method: 'GET', path: '/status/sessions', urgent: true, patienceMs: 60 })

    expect(answer).toMatchObject({ kind: 'silence', why: 'timeout', reason: 'no answer came in time' })
  })

  test('breaks off when OTP is stopped, also before it began', async () => {
    const stopping = new AbortController()
    const { http, requests } = await serverThat(() => stopping.abort(), { signal: stopping.signal })
    const request = { method: 'GET', path: '/status/sessions', urgent: true, patienceMs: 60_000 } as const

    expect(await http.ask(request)).toMatchObject({ why: 'timeout', reason: 'OTP is being stopped' })
    expect(await http.ask(request)).toMatchObject({ why: 'timeout', reason: 'OTP is being stopped' })
    expect(requests).toHaveLength(1)
  })

  test('takes no answer that is longer than may be', async () => {
    const { url } = await serverThat((_, response) => response.writeHead(200, json).end(list))
    const agents = { httpAgent: new Agent(), httpsAgent: new SafeAgent() }
    const request = { ...agents, url, headers: {}, timeoutMs: 5_000, clock: systemClock }

    await expect(getAtOnce({ ...request, mostBytes: list.length })).resolves.toMatchObject({ body: list })
    await expect(getAtOnce({ ...request, mostBytes: list.length - 1 })).rejects.toMatchObject({
      code: 'ERR_BAD_RESPONSE',
    })
  })
})

async function serverThat(
  behaviour: Behaviour,
  needs: Partial<Parameters<typeof createPlexHttp>[0]> = {},
): Promise<{ http: ReturnType<typeof createPlexHttp>; requests: IncomingMessage[]; url: string }> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    behaviour(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const http = createPlexHttp({
    name: 'The Plex server',
    url: () => url,
    token: () => 'the-token',
    clientIdentifier: 'otp-test-0001',
    version: '0.1.0',
    timeoutMs: 200,
    compressed: false,
    allowed: allowedAtServer,
    clock: systemClock,
    ...needs,
  })
  return { http, requests, url }
}

function plexHeaders(headers: IncomingMessage['headers']) {
  const named = ([name]: [string, unknown]) => name.startsWith('x-plex-') || name === 'accept'
  return Object.fromEntries(Object.entries(headers).filter(named))
}

/** When it was answered differs, and what a broken connection is called. */
function understood(answer: PlexAnswer): object {
  const { at: _, ...rest } = { at: 0, ...answer }
  return answer.kind === 'silence' ? { ...rest, reason: answer.reason.replace(/ \([A-Z_]+\)$/, '') } : rest
}
