import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { anEvening, hour, minute, second } from '../support/evening.js'

const webhookSecret = 'the-secret-of-the-webhook-0815'
const freshToken = 'fresh-token-after-signing-in'
const guesses = ['a-guess-at-the-key-1234', 'another-guess-at-the-key']

/** Somebody else's service, which keeps what is posted to it. */
async function receiver() {
  const received: string[] = []
  const server = createServer((request, response) => {
    received.push(JSON.stringify(request.headers))
    request.on('data', (chunk) => received.push(String(chunk)))
    request.on('end', () => response.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())))
  const address = server.address()
  return { received, url: typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '' }
}

test('nothing that OTP writes or sends, whatever happens, holds a token, a key or an address', async () => {
  const hook = await receiver()
  const evening = await anEvening({
    config: `[log]\nlevel = "debug"\n[[webhooks]]\nurl = "${hook.url}/?password=${webhookSecret}"\nsecret = "${webhookSecret}"`,
    before: ({ world }) => world.shareWith('friend.two', ['Series']),
  })
  const { admin, guest, world, discord, plexServer, plexTv, titles, api, apiUrl, soon, clock } = evening
  await evening.start()

  // Lent by e-mail address, accepted, extended, strayed from, decided about, watched, ended.
  const lent = await api('POST', '/api/v1/assignments', {
    guest: 'guest.one@example.test',
    media: titles.lent,
    discordUserId: guest.id,
    expires: '2d',
  })
  world.acceptInvitation('guest.one')
  await clock.leap(minute)
  await evening.pass(2 * second)
  await api('PATCH', '/api/v1/assignments?guest=guest.one@example.test', { expires: '7d', plays: 3 })
  world.play('guest.one', titles.other, { anyway: true })
  await evening.pass(5 * second)
  const violation = idIn((await api('GET', '/api/v1/violations')).text)
  await api('POST', `/api/v1/violations/${violation}/resolution`, { action: 'allow_once' })
  const player = world.play('guest.one', titles.lent)
  await evening.pass(4 * second)
  await api('DELETE', `/api/v1/sessions/${idIn((await api('GET', '/api/v1/sessions')).text)}?reason=Dinner`)
  player.stop()
  await soon(guest.slash('/pass'))
  await soon(admin.slash('/monitor now'))
  const invite = await soon(admin.slash('/invite', { plex: 'nobody.yet@example.test', library: 'Films' }))
  await soon(admin.click(invite, 'Confirm'))
  await api('POST', '/api/v1/invitations', { invitee: 'nobody.yet@example.test', library: 'Films' })
  await api('POST', '/api/v1/request/remove', { plexUsername: 'guest.one@example.test', reason: 'Enough' })
  await api('DELETE', `/api/v1/assignments/${idIn(lent.text)}`)

  // Keys: made, used, guessed at, removed.
  const made = await soon(evening.ask('POST', '/api/v1/keys', { name: 'kitchen', scope: 'read' }))
  const { key } = z.object({ result: z.object({ key: z.string() }) }).parse(await made.json()).result
  for (const used of [key, ...guesses]) {
    const response = await soon(
      fetch(`${apiUrl()}/api/v1/keys?key=${used}`, { headers: { 'X-Api-Key': used } }),
    )
    evening.answers.push(await response.text())
  }
  await api('GET', '/api/v1/keys')
  await api('DELETE', '/api/v1/keys/kitchen')

  // A dead token, a new one, the server chosen anew, and everything looked at.
  const oldToken = world.owner.token
  world.people.killToken(world.owner.username)
  await clock.leap(hour)
  await evening.pass(5 * second)
  const { id: pin } = z
    .object({ result: z.object({ id: z.string() }) })
    .parse((await api('POST', '/api/v1/plex/pin')).json).result
  world.people.renewToken(world.owner.username, freshToken)
  world.approvePin(Number(pin), world.owner.username)
  await evening.pass(second)
  await api('GET', `/api/v1/plex/pin/${pin}`)
  await api('PUT', '/api/v1/plex/server', { machineIdentifier: world.machineIdentifier })
  await api('PUT', '/api/v1/plex/server', {
    machineIdentifier: world.machineIdentifier,
    url: 'http://127.0.0.1:9',
  })
  for (const path of ['server', 'friends', 'guests', 'libraries', 'plex/servers', 'invitations', 'monitor'])
    await api('GET', `/api/v1/${path}`)
  for (const path of ['/metrics', '/readyz', '/docs', '/api/v1/openapi.json'])
    evening.answers.push(await (await soon(evening.ask('GET', path))).text())

  plexTv.faults.next({
    match: '* /',
    times: 6,
    act: { kind: 'answer', status: 401, body: `token ${freshToken}` },
  })
  await api('POST', '/api/v1/server/repair')
  plexTv.faults.clear()
  await evening.stop()
  await evening.start()
  await evening.pass(2 * second)
  await evening.stop()

  const tokens = [oldToken, freshToken, ...world.people.accounts.map((one) => one.token)]
  const secrets = [...tokens, discord.token, evening.apiKey, webhookSecret, key, ...guesses]
  const emails = [...world.people.accounts.map((one) => one.email), 'nobody.yet@example.test']
  const servers = [plexServer.url, plexTv.url].map((url) => url.replace('http://', ''))
  const log = evening.logLines.join('')
  const sent = {
    log,
    'the answers of the API': evening.answers.join('\n'),
    'what Discord was told': JSON.stringify([discord.transcript(), discord.calls.map((one) => one.body)]),
    'what webhooks were told': hook.received.join('\n'),
    'the addresses that were asked': JSON.stringify([
      ...[...plexServer.journal, ...plexTv.journal].map(({ path, query }) => ({ path, query })),
      ...discord.calls.map(({ route }) => route),
    ]),
    'the store': storeOf(evening.config.store.url),
  }
  const found = (needles: readonly string[], places: readonly (keyof typeof sent)[]) =>
    places.flatMap((place) =>
      needles.filter((one) => sent[place].includes(one)).map((one) => `${place}: ${one}`),
    )

  // All of it has happened.
  for (const step of [
    '"action":"allow_once"',
    '"state":"done"',
    '"invited":true',
    '"access":"restored"',
    'otp_guests',
  ])
    expect(sent['the answers of the API']).toContain(step)
  expect(log).toContain('"level":"debug"')
  expect(sent['the store']).toContain('guest.one@example.test')
  expect(found(secrets, ['log', 'the answers of the API', 'what Discord was told'])).toEqual([])
  expect(found(secrets, ['what webhooks were told', 'the addresses that were asked', 'the store'])).toEqual(
    [],
  )
  expect(found(emails, ['log', 'what Discord was told', 'the addresses that were asked'])).toEqual([])
  expect(found(servers, ['log', 'what Discord was told', 'what webhooks were told'])).toEqual([])
}, 90_000)

/** The first id in an answer. */
function idIn(text: string): string {
  return /"id":"([^"]+)"/.exec(text)?.[1] ?? 'none'
}

/** Everything that the store has on disk, as bytes. */
function storeOf(url: string): string {
  const file = url.replace('sqlite://', '')
  const folder = dirname(file)
  const names = readdirSync(folder).filter((name) => name.startsWith('otp.sqlite'))
  return names.map((name) => readFileSync(join(folder, name), 'latin1')).join('\n')
}
