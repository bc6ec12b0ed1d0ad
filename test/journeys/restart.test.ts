import { describe, expect, test } from 'vitest'
import type { FaultAct } from '../../src/simulator/plex/faults.js'
import { anEvening, minute, second } from '../support/evening.js'
import { until } from '../support/until.js'

const terminate = 'GET /status/sessions/terminate'

describe('a crash while a stream is being ended', () => {
  test.each<[string, FaultAct]>([
    ['before Plex has heard of it', { kind: 'hang', when: 'before' }],
    ['before Plex has answered', { kind: 'hang', when: 'after' }],
  ])('%s: it is ended after the restart, with one card and one message', async (_when, act) => {
    const evening = await lentToAFriend()
    const { world, titles, plexServer, clock } = evening
    plexServer.faults.next({ match: terminate, act })

    const astray = world.play('friend.two', titles.other)
    await clock.advance(1_500)
    await until('the call', () => evening.terminations().length === 1)
    await evening.crash()
    await evening.start()
    await evening.pass(12 * second)

    expect(astray.ending()?.why).toBe('terminated')
    expect(evening.cards()).toHaveLength(1)
    expect(evening.cards()[0]).toMatch(/^Stream ended/)
    expect(evening.cards()[0]).not.toContain('Repeats')
    expect(strayMessages(evening.dms())).toHaveLength(1)
  })

  test('after Plex has answered: nothing is done twice', async () => {
    const evening = await lentToAFriend()
    const { world, titles } = evening

    const astray = world.play('friend.two', titles.other)
    await evening.passUntil('the card', () => evening.cards()[0]?.includes('done after'))
    await evening.crash()
    await evening.start()
    await evening.pass(12 * second)

    expect(astray.ending()?.why).toBe('terminated')
    expect(evening.terminations()).toHaveLength(1)
    expect(evening.cards()).toHaveLength(1)
    expect(evening.cards()[0]).not.toContain('Repeats')
    expect(strayMessages(evening.dms())).toHaveLength(1)
  })

  test('while Discord has the card and has not said so: the card is there once', async () => {
    const evening = await lentToAFriend()
    const { world, titles, discord, clock } = evening
    const route = `/channels/${discord.adminChannelId}/messages`
    discord.fault({ method: 'POST', route, kind: { kind: 'hang' }, afterwards: true })

    world.play('friend.two', titles.other)
    await clock.advance(1_500)
    await until('the card', () => evening.cards().length === 1)
    await evening.crash()
    await evening.start()
    await evening.pass(15 * second)

    expect(evening.cards()).toHaveLength(1)
    expect(evening.cards()[0]).toMatch(/^Stream ended/)
  })
})

describe('a crash while a stranger is being invited', () => {
  test('the invitation that went out is found, and the guest hears of it once', async () => {
    const evening = await crashedWhileInviting({ kind: 'hang', when: 'after' })
    const { world, plexTv, titles } = evening
    await evening.start()
    await evening.pass(5 * second)

    expect(invitations(plexTv.journal)).toHaveLength(1)
    expect(world.people.shares()).toHaveLength(1)
    expect(world.labelsOf(titles.lent)).toEqual([`Otp-${world.people.account('guest.one').plexId}`])
    expect(evening.dms()).toHaveLength(1)
    expect(evening.dms()[0]).toContain('You have a guest pass for Arrival (2016).')

    world.acceptInvitation('guest.one')
    await evening.clock.leap(minute)
    await evening.pass(2 * second)
    expect(world.seenBy('guest.one')).toEqual([titles.lent])
    expect(evening.dms().map((text) => text.split('.')[0])).toEqual([
      'You have a guest pass for Arrival (2016)',
      'Your pass for Arrival (2016) is ready',
    ])
  })

  test('one that never went out is not sent by itself; the admins hear that it is lost', async () => {
    const evening = await crashedWhileInviting({ kind: 'hang', when: 'before' })
    const { world, plexTv, titles } = evening
    await evening.start()
    await evening.pass(5 * second)
    expect(evening.told()).toEqual({ admins: [], guest: [] })
    await evening.clock.leap(16 * minute)
    await evening.pass(5 * second)

    expect(invitations(plexTv.journal)).toHaveLength(1)
    expect(world.people.shares()).toEqual([])
    expect(world.labelsOf(titles.lent)).toEqual([])
    expect(evening.told()).toMatchInlineSnapshot(`
      {
        "admins": [
          "The invitation of guest.one failed. plex.tv never showed the invitation.",
        ],
        "guest": [],
      }
    `)
  })
})

describe('a crash while access is being changed', () => {
  test.each<FaultAct>([
    { kind: 'hang', when: 'before' },
    { kind: 'hang', when: 'after' },
  ])('access that was being given is given once ($when)', async (act) => {
    const evening = await lentToAFriend()
    const { world, plexTv, titles } = evening
    plexTv.faults.next({ match: 'PUT /', act })

    const series = { guest: 'friend.two', media: titles.episode, add: true }
    evening.ask('POST', '/api/v1/assignments', series).catch(() => {})
    await until('the change', () => plexTv.journal.some((one) => one.method === 'PUT'))
    await evening.crash()
    await evening.start()
    await evening.pass(5 * second)

    expect(world.librariesOf('friend.two')).toEqual(['3', '4'])
    expect(evening.dms().filter((text) => text.includes('Tin Harbour'))).toHaveLength(1)

    expect((await evening.api('DELETE', '/api/v1/assignments?confirm=all')).status).toBe(200)
    expect(world.librariesOf('friend.two')).toEqual(['3'])
  })

  test.each<FaultAct>([
    { kind: 'hang', when: 'before' },
    { kind: 'hang', when: 'after' },
  ])('access that was being taken away is gone soon after the restart ($when)', async (act) => {
    const evening = await lentToAFriend()
    const { world, plexTv, titles } = evening
    const series = { guest: 'friend.two', media: titles.episode }
    expect((await evening.api('POST', '/api/v1/assignments', series)).status).toBe(201)
    expect(world.librariesOf('friend.two')).toEqual(['3', '4'])
    plexTv.faults.next({ match: 'PUT /', act })
    const changes = () => plexTv.journal.filter((one) => one.method === 'PUT').length
    const before = changes()

    evening.ask('DELETE', '/api/v1/assignments?confirm=all').catch(() => {})
    await until('the change', () => changes() > before)
    await evening.crash()
    await evening.start()
    await evening.pass(20 * second)

    expect(world.librariesOf('friend.two')).toEqual(['3'])
    expect(evening.dms().filter((text) => text.includes('has ended'))).toHaveLength(1)
    expect(evening.adminChannel().filter((text) => text.includes('was taken back'))).toHaveLength(1)
  })
})

test('an orderly restart in the middle of everything tells nobody anything twice', async () => {
  const evening = await lentToAFriend()
  const { world, titles } = evening
  const watching = world.play('friend.two', titles.lent)
  world.play('friend.two', titles.other, { product: 'Plex for LG' })
  await evening.pass(3 * second)
  const toldBefore = evening.told()

  await evening.stop()
  await evening.start()
  await evening.pass(12 * second)

  expect(evening.terminations()).toHaveLength(1)
  expect(watching.running()).toBe(true)
  expect(evening.dms()).toEqual(toldBefore.guest)
  expect(evening.cards()).toHaveLength(1)
  expect(evening.troubles()).toEqual([])
})

test('a monitor that was stopped stays stopped over a restart, and deadlines go on', async () => {
  const evening = await lentToAFriend({ expires: '30m' })
  const { admin, world, titles } = evening
  await evening.soon(admin.slash('/monitor stop'))
  await evening.stop()
  await evening.start()

  const astray = world.play('friend.two', titles.other)
  await evening.pass(15 * second)
  const status = await evening.soon(admin.slash('/monitor status'))
  expect(status.text).toMatch(/^Monitor \/ Not watching since /)
  expect(astray.running()).toBe(true)
  expect(evening.terminations()).toEqual([])

  astray.stop()
  await evening.clock.leap(30 * minute)
  await evening.pass(5 * second)
  expect(evening.dms().at(-1)).toContain('The time for Arrival (2016) is over')
  expect(world.librariesOf('friend.two')).toEqual(['3'])

  await evening.api('POST', '/api/v1/assignments', { guest: 'friend.two', media: titles.lent })
  await evening.soon(admin.slash('/monitor start'))
  const again = world.play('friend.two', titles.other)
  await evening.pass(12 * second)
  expect(again.ending()?.why).toBe('terminated')
})

/** The program dies while plex.tv is asked to invite somebody nobody knows. */
async function crashedWhileInviting(act: FaultAct) {
  const evening = await anEvening()
  const { plexTv, titles, guest } = evening
  await evening.start()
  plexTv.faults.next({ match: 'POST /', act })
  const lent = { guest: 'guest.one', media: titles.lent, discordUserId: guest.id }
  evening.ask('POST', '/api/v1/assignments', lent).catch(() => {})
  await until('the invitation', () => invitations(plexTv.journal).length === 1)
  await evening.crash()
  return evening
}

/** Arrival is lent to a friend who sees the films anyway. */
async function lentToAFriend(limits: { expires?: string } = {}) {
  const evening = await anEvening({
    before: ({ world }) => world.shareWith('friend.two', ['Films']),
  })
  const { api, titles, guest } = evening
  await evening.start()
  const lent = { guest: 'friend.two', media: titles.lent, discordUserId: guest.id, ...limits }
  expect((await api('POST', '/api/v1/assignments', lent)).status).toBe(201)
  await evening.settled()
  return evening
}

function strayMessages(dms: readonly string[]): string[] {
  return dms.filter((text) => text.startsWith('I ended'))
}

function invitations(journal: readonly { method: string; path: string }[]) {
  return journal.filter((one) => one.method === 'POST' && one.path.endsWith('/shared_servers'))
}
