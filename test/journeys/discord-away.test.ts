import { expect, test } from 'vitest'
import { anEvening, minute, second } from '../support/evening.js'
import { until } from '../support/until.js'

test('with Discord down at the start the guard works, and people are told once it is back', async () => {
  const evening = await anEvening({
    before: ({ world, discord }) => {
      world.shareWith('friend.two', ['Films'])
      discord.fault({ times: Number.POSITIVE_INFINITY, kind: { kind: 'status', status: 503 } })
    },
  })
  const { world, discord, titles, guest, api } = evening
  await evening.start({ discordAway: true })

  const lent = { guest: 'friend.two', media: titles.lent, discordUserId: guest.id }
  expect((await api('POST', '/api/v1/assignments', lent)).status).toBe(201)
  const astray = world.play('friend.two', titles.other)
  await evening.pass(15 * second)
  expect(astray.ending()?.why).toBe('terminated')
  expect((await api('GET', '/readyz')).status).toBe(503)
  expect(discord.transcript()).toEqual([])

  discord.clearFaults()
  await evening.clock.leap(6 * minute)
  await until('the login', () => discord.gateway.connected() === 1)
  await evening.settled()
  await evening.pass(70 * second)

  expect((await api('GET', '/readyz')).status).toBe(200)
  expect(evening.cards()).toHaveLength(1)
  expect(evening.cards()[0]).toContain('Stream ended')
  expect(evening.dms().map((text) => text.split(' / ')[0])).toEqual([
    'You have a guest pass for Arrival (2016).',
    'I ended Heat (1995): it is not on your pass.',
  ])
})

test('a Discord that swallows a message does not hold up the end, and gets it after the next start', async () => {
  const evening = await anEvening({
    before: ({ world }) => world.shareWith('friend.two', ['Films']),
  })
  const { world, titles, discord, clock, api } = evening
  await evening.start()
  await api('POST', '/api/v1/assignments', { guest: 'friend.two', media: titles.lent })
  const route = `/channels/${discord.adminChannelId}/messages`
  discord.fault({ method: 'POST', route, times: Number.POSITIVE_INFINITY, kind: { kind: 'hang' } })
  world.play('friend.two', titles.other)
  await evening.passUntil('the message that hangs', () => discord.calls.some((one) => one.route === route))

  const from = clock.now()
  await evening.stop()
  expect(clock.now() - from).toBeLessThanOrEqual(6 * second)
  expect(evening.cards()).toEqual([])

  discord.clearFaults()
  await evening.start()
  await evening.pass(5 * second)
  expect(evening.cards()).toHaveLength(1)
  expect(evening.troubles().filter((line) => line.includes('worked through'))).toEqual([])
})

test('who takes no messages is told by the admins, with the text to pass on', async () => {
  const evening = await anEvening({
    before: ({ world }) => world.shareWith('friend.two', ['Films']),
  })
  const { world, titles, guest, api } = evening
  await evening.start()
  guest.closeDms()

  await api('POST', '/api/v1/assignments', {
    guest: 'friend.two',
    media: titles.lent,
    discordUserId: guest.id,
  })
  await evening.pass(2 * second)
  world.play('friend.two', titles.other)
  await evening.pass(15 * second)

  expect(evening.told().guest).toEqual([])
  expect(evening.told().admins.filter((text) => !text.startsWith('Stream'))).toMatchInlineSnapshot(`
    [
      "friend.two accepts no direct messages from me. Please pass this on: / > You have a guest pass for Arrival (2016). / > While you have this pass, everything else you play on that server is ended. / > Open it here: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6001",
      "friend.two accepts no direct messages from me. Please pass this on: / > I ended Heat (1995): it is not on your pass. / > You may watch Arrival (2016). / > Open it here: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6001",
    ]
  `)
})

test('a card that Discord fails to take, or takes without saying so, is there exactly once', async () => {
  const evening = await anEvening({
    before: ({ world }) => world.shareWith('friend.two', ['Films']),
  })
  const { world, titles, discord, api } = evening
  await evening.start()
  await api('POST', '/api/v1/assignments', { guest: 'friend.two', media: titles.lent })
  const route = `/channels/${discord.adminChannelId}/messages`
  discord.fault({ method: 'POST', route, times: 4, kind: { kind: 'status', status: 500 } })
  discord.fault({ method: 'POST', route, times: 4, kind: { kind: 'reset' }, afterwards: true })

  const astray = world.play('friend.two', titles.other)
  await evening.pass(30 * second)

  expect(astray.ending()?.why).toBe('terminated')
  expect(evening.terminations()).toHaveLength(1)
  expect(evening.cards()).toHaveLength(1)
  expect(evening.cards()[0]).toContain('Stream ended')
  const posts = discord.calls.filter((one) => one.method === 'POST' && one.route === route)
  expect(posts.length).toBeGreaterThan(8)
  expect(discord.strictViolations).toEqual([])
})

test('a socket that breaks in the middle of the evening costs no message', async () => {
  const evening = await anEvening({
    before: ({ world }) => world.shareWith('friend.two', ['Films']),
  })
  const { world, titles, discord, admin, guest } = evening
  await evening.start()
  const resumes = discord.gateway.counts.resumes
  discord.gateway.dropAll()
  await until('the client to come back', () => discord.gateway.counts.resumes > resumes)

  const film = { media: `rk:${titles.lent}`, member: guest, plex: 'friend.two' }
  const asked = await evening.soon(admin.slash('/assign', film))
  await evening.soon(admin.click(asked, 'Confirm'))
  world.play('friend.two', titles.other)
  await evening.pass(15 * second)

  expect(evening.cards()).toHaveLength(1)
  expect(evening.dms()).toHaveLength(2)
})
