import { expect, test } from 'vitest'
import { anEvening, minute, second } from '../support/evening.js'

test('a whole evening with mishaps shows no secret to anybody', async () => {
  const evening = await anEvening({
    config: '[log]\nlevel = "debug"',
    before: ({ world }) => world.shareWith('friend.two', ['Series']),
  })
  const { admin, guest, world, discord, plexServer, plexTv, titles, api, soon, clock } = evening
  await evening.start()

  const film = { media: 'Arrival', member: guest, plex: 'guest.one@example.test', expires: '7d' }
  await soon(admin.click(await soon(admin.slash('/assign', film)), 'Confirm'))
  await evening.pass(2 * second)
  world.acceptInvitation('guest.one')
  await clock.leap(minute)
  await evening.pass(2 * second)
  world.play('guest.one', titles.other, { anyway: true })
  await evening.pass(12 * second)

  await soon(admin.slash('/assign', { media: 'Arrival', plex: 'nobody@example.test' }))
  await soon(admin.slash('/assign', { media: 'Arrival', plex: world.owner.email }))
  await soon(admin.slash('/monitor status'))
  await soon(admin.type('/assign', 'plex', 'friend'))
  await api('POST', '/api/v1/assignments', { guest: 'nobody@example.test', media: titles.lent })
  await api('POST', '/api/v1/assignments', {
    guest: 'friend.two@example.test',
    media: titles.lent,
    invite: false,
  })
  await api('POST', '/api/v1/assignments', { guest: 'friend.two', media: '1' })
  for (const path of ['/monitor', '/monitor/users', '/sessions', '/violations', '/nothing']) {
    await api('GET', `/api/v1${path}`)
  }

  const broken = [
    { kind: 'reset', when: 'before' },
    { kind: 'html' },
    { kind: 'cut' },
    { kind: 'answer', status: 401 },
    { kind: 'answer', status: 500, body: `X-Plex-Token=${world.owner.token}` },
  ] as const
  for (const act of broken) {
    plexServer.faults.next({ match: '* /', times: 3, act })
    plexTv.faults.next({ match: '* /', times: 3, act })
    await api('GET', '/readyz')
    await soon(admin.slash('/assign', { media: 'Heat', plex: 'friend.two' }))
    await evening.pass(5 * second)
  }
  plexServer.faults.next({ match: '* /', times: 50, act: { kind: 'reset', when: 'before' } })
  await clock.leap(2 * minute)
  await evening.pass(30 * second)
  plexServer.faults.clear()
  plexTv.faults.clear()
  await evening.pass(20 * second)
  await soon(admin.slash('/unassign', { guest: 'guest.one' }))
  await evening.stop()

  const log = evening.logLines.join('')
  const said = JSON.stringify([discord.transcript(), discord.calls])
  const answers = evening.answers.join('\n')
  const addresses = JSON.stringify([
    ...[...plexServer.journal, ...plexTv.journal].map(({ path, query }) => ({ path, query })),
    ...discord.calls.map(({ route }) => route),
  ])
  const secrets = [world.owner.token, discord.token, evening.apiKey]
  const emails = world.people.accounts.map((one) => one.email)
  const servers = [plexServer.url, plexTv.url].map((url) => url.replace('http://', ''))

  expect(log).toContain('"level":"debug"')
  expect(evening.cards()).toHaveLength(1)
  expect(evening.troubles().length).toBeGreaterThan(3)
  for (const secret of secrets) expect([log, said, answers, addresses].join()).not.toContain(secret)
  for (const email of [...emails, 'nobody@example.test']) expect([log, addresses].join()).not.toContain(email)
  for (const email of emails) expect(said).not.toContain(email)
  for (const server of servers) expect([log, said, answers].join()).not.toContain(server)
})
