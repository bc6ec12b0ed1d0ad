import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { connectionTo } from '../../src/simulator/plex/resources.js'
import { anEvening, hour, minute, second } from '../support/evening.js'

const pin = z.object({ result: z.object({ id: z.string(), link: z.string() }) })

test('a token that dies is told once, and the one from a new sign-in is used at once', async () => {
  const evening = await anEvening()
  const { world, api, clock, configFile, plexServer } = evening
  world.server.connections = [connectionTo(plexServer.url)]
  await evening.start()
  await evening.passUntil('the account is known', async () =>
    (await status(evening)).includes('"account":{"ok":true}'),
  )

  world.people.killToken(world.owner.username)
  await clock.leap(hour)
  await evening.pass(30 * second)
  expect(tokenNotices(evening)).toEqual([expect.stringContaining('does not accept the Plex token any more')])
  expect(await status(evening)).toContain('"account":{"ok":false,"reason":"plex.tv does not accept')

  const { id } = pin.parse((await api('POST', '/api/v1/plex/pin')).json).result
  expect((await api('GET', `/api/v1/plex/pin/${id}`)).text).toContain('"state":"waiting"')
  world.people.renewToken(world.owner.username, 'fresh-token-after-signing-in')
  world.approvePin(Number(id), world.owner.username)
  await evening.pass(second)
  const done = await api('GET', `/api/v1/plex/pin/${id}`)

  expect(done.json).toMatchObject({
    result: {
      state: 'done',
      account: { plexId: String(world.owner.plexId), username: world.owner.username },
    },
  })
  await evening.pass(minute)
  expect(await readFile(configFile, 'utf8')).toContain('token = "fresh-token-after-signing-in"')
  expect(await status(evening)).toMatch(/"plex":\{"ok":true.*"account":\{"ok":true\}/)
  expect(tokenNotices(evening)).toHaveLength(2)

  const listed = await api('GET', '/api/v1/plex/servers')
  expect(listed.json).toMatchObject({ result: [{ name: 'Attic Box', inUse: true }, { name: 'Garden Shed' }] })
  const chosen = await api('PUT', '/api/v1/plex/server', { machineIdentifier: world.machineIdentifier })
  expect(chosen.json).toMatchObject({ result: { url: plexServer.url } })
  const shed = await api('PUT', '/api/v1/plex/server', { machineIdentifier: 'f'.repeat(40) })
  expect(shed.json).toMatchObject({ code: 'plex_unreachable' })

  const said = [...evening.logLines, ...evening.answers, ...evening.adminChannel()].join('\n')
  expect(said).not.toMatch(/fresh-token|token-of-|sim-auth/)
})

test('somebody who does not own the server cannot sign in for it', async () => {
  const evening = await anEvening()
  const { world, api, configFile } = evening
  await evening.start()
  const before = await readFile(configFile, 'utf8')

  const { id } = pin.parse((await api('POST', '/api/v1/plex/pin')).json).result
  world.approvePin(Number(id), 'friend.two')
  const refused = await api('GET', `/api/v1/plex/pin/${id}`)

  expect(refused).toMatchObject({ status: 409, json: { code: 'conflict' } })
  expect(refused.text).toContain('owns no Plex server')
  expect(await readFile(configFile, 'utf8')).toBe(before)
  expect(evening.logLines.join('')).not.toContain('token-of-')
})

type Evening = Awaited<ReturnType<typeof anEvening>>

async function status({ api }: Evening): Promise<string> {
  return (await api('GET', '/api/v1/monitor')).text
}

function tokenNotices({ adminChannel }: Evening): string[] {
  return adminChannel().filter((text) => /accepts? the Plex token/.test(text))
}
