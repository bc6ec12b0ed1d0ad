import { describe, expect, test } from 'vitest'
import { anEvening, minute, second } from '../support/evening.js'

const wholeLibrary = '[access]\nfence = "library"'

describe('while Plex announces what happens', () => {
  test('a stray is ended in the instant in which it begins, without a reading in between', async () => {
    const evening = await listening()
    const { world, titles, clock } = evening
    await evening.passReading()
    const startedAt = clock.now()
    const astray = world.play('friend.two', titles.other)
    await evening.settled()

    expect(evening.terminations()).toHaveLength(1)
    expect(clock.now()).toBe(startedAt)
    await evening.pass(12 * second)
    expect(astray.ending()?.why).toBe('terminated')
    expect(evening.cards()).toHaveLength(1)
  })

  test('the next episode under the same session key is ended in its first instant', async () => {
    const evening = await listening()
    const { world, titles } = evening
    const watching = world.play('friend.two', titles.lent)
    await evening.pass(minute)
    expect(evening.terminations()).toEqual([])

    watching.playNext(titles.other)
    await evening.settled()
    expect(evening.terminations()).toHaveLength(1)
  })

  test('the list is read now and then, and not for every report of every player', async () => {
    const evening = await listening()
    const { world, titles } = evening
    world.play('friend.two', titles.lent)
    for (let at = 0; at < 20; at += 1) world.play('guest.one', titles.other, { anyway: true })
    await evening.pass(10 * second)
    const before = evening.readings()
    await evening.pass(minute)

    expect(evening.readings() - before).toBeLessThanOrEqual(13)
  })

  test.each([
    ['lists a stream only two seconds after its first frame', { listsAfterMs: 2_000 }],
    ['has frames lost', {}],
  ])('nothing is missed when the server %s', async (what, switches) => {
    const evening = await listening()
    const { world, titles, plexServer } = evening
    Object.assign(world.server, switches)
    if (what.includes('lost')) plexServer.push.switches.lose = 3
    world.play('friend.two', titles.other)
    await evening.pass(5 * second)

    expect(evening.terminations()).toHaveLength(1)
  })

  test.each(['old', 'others'] as const)('frames of the kind "%s" are understood', async (kind) => {
    const evening = await listening()
    const { world, titles, plexServer } = evening
    if (kind === 'old') plexServer.push.switches.form = 'old'
    else plexServer.push.switches.with = 'others'
    world.play('friend.two', titles.lent)
    await evening.passReading()
    world.play('friend.two', titles.other)
    // Sooner than the next reading that comes by itself.
    await evening.passUntil('the stream to be ended', () => evening.terminations().length > 0, 2 * second)
    await evening.settled()

    expect(evening.terminations()).toHaveLength(1)
  })
})

describe('where the socket does not work', () => {
  test('server-sent events do, and the status says so', async () => {
    const evening = await listening((stage) => {
      stage.plexServer.push.switches.websocket = 404
    })
    const { world, titles, plexServer } = evening
    expect(plexServer.push.count('sse')).toBe(1)
    world.play('friend.two', titles.other)
    await evening.settled()

    expect(evening.terminations()).toHaveLength(1)
    expect((await evening.api('GET', '/api/v1/monitor')).json).toMatchObject({
      result: { push: { state: 'up', way: 'sse' } },
    })
  })

  test('nor server-sent events, polling is enough', async () => {
    const evening = await listening((stage) => {
      stage.plexServer.push.switches.websocket = 503
      stage.plexServer.push.switches.sse = 200
    })
    evening.world.play('friend.two', evening.titles.other)
    await evening.pass(2 * second)

    expect(evening.terminations()).toHaveLength(1)
    expect((await evening.api('GET', '/api/v1/monitor')).json).toMatchObject({
      result: { push: { state: 'down' } },
    })
  })

  test('any more, a stray that begins meanwhile is ended within seconds, and the socket comes back', async () => {
    const evening = await listening()
    const { world, titles, plexServer } = evening
    await evening.pass(2 * minute, 5 * second)
    plexServer.push.drop('reset')
    world.play('friend.two', titles.other)
    await evening.pass(2 * second)

    expect(evening.terminations()).toHaveLength(1)
    expect(plexServer.push.count('websocket')).toBe(1)
  })
})

test('a socket that falls silent without being closed is noticed within a minute, and the poll takes over', async () => {
  const evening = await listening()
  const { world, titles, plexServer } = evening
  world.play('friend.two', titles.lent)
  await evening.pass(30 * second)
  plexServer.push.switches.silence = 'muted'
  await evening.pass(minute)
  const status = (await evening.api('GET', '/api/v1/monitor')).json
  expect(status).toMatchObject({ result: { push: { state: 'down' } } })

  const before = evening.readings()
  await evening.pass(15 * second)
  expect(evening.readings() - before).toBeGreaterThanOrEqual(9)

  plexServer.push.switches.silence = 'none'
  await evening.pass(15 * second)
  expect((await evening.api('GET', '/api/v1/monitor')).json).toMatchObject({
    result: { push: { state: 'up' } },
  })
})

/** The friend may watch the film, and OTP listens to the server. */
async function listening(before: NonNullable<Parameters<typeof anEvening>[0]>['before'] = () => {}) {
  const evening = await anEvening({ config: wholeLibrary, push: true, before })
  await evening.start()
  const lent = { guest: 'friend.two', media: evening.titles.lent, discordUserId: evening.guest.id }
  await evening.api('POST', '/api/v1/assignments', lent)
  evening.world.acceptInvitation('friend.two')
  await evening.clock.leap(minute)
  await evening.pass(2 * second)
  return evening
}
