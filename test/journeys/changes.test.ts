import { describe, expect, test } from 'vitest'
import { anEvening, minute, second } from '../support/evening.js'

const day = 24 * 60 * minute

describe('while somebody watches', () => {
  test('an assignment of what is running disturbs nobody, nor does its end where they may watch it anyway', async () => {
    const evening = await aFriend()
    const { world, titles, lend, admin, soon } = evening
    const running = world.play('friend.two', titles.lent)
    await evening.pass(2 * second)
    await lend(titles.lent)
    await evening.pass(20 * second)
    await soon(admin.slash('/unassign', { guest: 'friend.two' }))
    await evening.pass(30 * second)

    expect(running.running()).toBe(true)
    expect(evening.terminations()).toEqual([])
  })

  test('the end of an assignment ends the stream, with a reason, before the access goes', async () => {
    const evening = await aFriend()
    const { world, titles, lend, admin, plexTv, soon } = evening
    await lend(titles.episode)
    const running = world.play('friend.two', titles.episode)
    await evening.pass(12 * second)
    plexTv.faults.next({ match: 'PUT /', act: { kind: 'delay', ms: 3_000 } })

    const said = await soon(admin.slash('/unassign', { guest: 'friend.two', reason: 'Bedtime.' }))
    const [ended] = evening.terminations()
    const taken = plexTv.journal.findLast((one) => one.method === 'PUT')
    expect(said.text).toContain('The access is back to what it was.')
    expect(ended?.at).toBeLessThanOrEqual(taken?.at ?? 0)
    await evening.pass(30 * second)

    expect(running.ending()?.text).toBe('Your pass for Tin Harbour S01E01 · Episode 1 has ended.')
    expect(evening.terminations()).toHaveLength(1)
    expect(evening.cards()).toEqual([])
    expect(world.librariesOf('friend.two')).toEqual(['3'])
  })

  test('an assignment of something else ends what is running at once', async () => {
    const evening = await aFriend()
    const { world, titles, lend } = evening
    const running = world.play('friend.two', titles.other)
    await evening.pass(12 * second)
    expect(running.running()).toBe(true)

    await lend(titles.lent)
    expect(evening.terminations()).toHaveLength(1)
    await evening.pass(12 * second)
    expect(running.ending()?.why).toBe('terminated')
    expect(evening.cards()).toHaveLength(1)
  })

  test('a replaced assignment stops covering the stream it was for', async () => {
    const evening = await aFriend()
    const { world, titles, lend } = evening
    await lend(titles.lent)
    const running = world.play('friend.two', titles.lent)
    await evening.pass(12 * second)

    await lend(titles.other)
    await evening.pass(12 * second)
    expect(running.ending()?.why).toBe('terminated')

    const next = world.play('friend.two', titles.other)
    await evening.pass(12 * second)
    expect(next.running()).toBe(true)
    expect(evening.terminations()).toHaveLength(1)
    expect(evening.told()).toMatchInlineSnapshot(`
      {
        "admins": [],
        "guest": [
          "You have a guest pass for Arrival (2016). / While you have this pass, everything else you play on that server is ended. / Open it here: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6001 / [I'm done]",
          "You have a guest pass for Heat (1995). / While you have this pass, everything else you play on that server is ended. / Open it here: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2F6002 / [I'm done]",
        ],
      }
    `)
  })

  test('a file that was added again under another key is the same film', async () => {
    const evening = await aFriend()
    const { world, titles, lend } = evening
    await lend(titles.lent)
    const readded = world.readd(titles.lent)
    const edition = world.copyOf(readded.ratingKey)

    const players = [readded, edition].map((item) => world.play('friend.two', item.ratingKey))
    await evening.pass(20 * second)

    expect(players.map((one) => one.running())).toEqual([true, true])
    expect(evening.acts()).toEqual([])
  })

  test('a restart of Plex gives old session keys to new streams, and nobody is mistaken for another', async () => {
    const evening = await aFriend()
    const { world, titles, lend } = evening
    await lend(titles.lent)
    world.play('friend.two', titles.other)
    await evening.pass(3 * second)
    world.restart()
    await evening.pass(3 * second)
    const owner = world.play(world.owner.username, titles.other)
    const covered = world.play('friend.two', titles.lent)
    await evening.pass(30 * second)

    expect([owner.running(), covered.running()]).toEqual([true, true])
    expect(evening.terminations()).toHaveLength(1)
    expect(evening.cards()).toHaveLength(1)
    expect(evening.cards()[0]).toMatch(/^Stream ended/)
  })
})

test('a show covers its episodes, one after the other, and nothing else', async () => {
  const evening = await anEvening({
    before: ({ world }) => world.shareWith('friend.two', 'all'),
  })
  const { world, titles, api } = evening
  await evening.start()
  const episode = world.catalogue.item(titles.episode)
  const show = episode?.grandparentRatingKey ?? ''
  const [, next] = world.catalogue.episodesOf(show)
  expect((await api('POST', '/api/v1/assignments', { guest: 'friend.two', media: show })).status).toBe(201)

  const player = world.play('friend.two', titles.episode)
  await evening.pass(12 * second)
  player.playNext(next?.ratingKey ?? '')
  await evening.pass(12 * second)
  expect(evening.terminations()).toEqual([])
  player.playNext(titles.lent)
  await evening.pass(12 * second)

  expect(player.ending()?.why).toBe('terminated')
  expect(evening.terminations()).toHaveLength(1)
})

test('an invitation that nobody accepts is taken back after a week', async () => {
  const evening = await anEvening()
  const { world, api, titles } = evening
  await evening.start()
  await api('POST', '/api/v1/assignments', { guest: 'guest.one', media: titles.lent })
  expect(world.shareOf('guest.one')).toBeDefined()

  await evening.clock.leap(6 * day)
  await evening.pass(2 * second)
  expect(world.shareOf('guest.one')).toBeDefined()
  await evening.clock.leap(day)
  await evening.pass(5 * second)

  expect(world.people.shares()).toEqual([])
  expect(world.labelsOf(titles.lent)).toEqual([])
  expect(evening.told().admins).toEqual([
    'The time of guest.one for Arrival (2016) is over; the pass has ended. / Reason: The invitation was not accepted in time.',
  ])
})

test('access that somebody else gave meanwhile stays', async () => {
  const evening = await anEvening({ before: ({ world }) => world.shareWith('friend.two', ['Films']) })
  const { world, api, titles } = evening
  await evening.start()
  const music = world.addLibrary({ title: 'Music', type: 'artist' })
  await api('POST', '/api/v1/assignments', { guest: 'friend.two', media: titles.episode })
  const share = world.shareOf('friend.two')
  share?.sectionIds.push(music.sectionId)

  await api('DELETE', '/api/v1/assignments?confirm=all')
  await evening.pass(5 * second)

  expect(world.librariesOf('friend.two')).toEqual(['3', music.key])
})

test('two guests at once are each kept to their own', async () => {
  const evening = await anEvening({
    before: ({ world }) => {
      world.shareWith('friend.two', 'all')
      world.shareWith('guest.one', 'all')
    },
  })
  const { world, api, titles } = evening
  await evening.start()
  await Promise.all([
    api('POST', '/api/v1/assignments', { guest: 'friend.two', media: titles.lent }),
    api('POST', '/api/v1/assignments', { guest: 'guest.one', media: titles.other }),
  ])
  const well = [world.play('friend.two', titles.lent), world.play('guest.one', titles.other)]
  const astray = [world.play('friend.two', titles.other), world.play('guest.one', titles.lent)]
  await evening.pass(15 * second)

  expect(well.map((one) => one.running())).toEqual([true, true])
  expect(astray.map((one) => one.ending()?.why)).toEqual(['terminated', 'terminated'])
  expect(evening.terminations()).toHaveLength(2)
  expect(evening.cards()).toHaveLength(2)
})

/** A friend who sees the films, and a way to lend them one. */
async function aFriend() {
  const evening = await anEvening({
    before: ({ world }) => world.shareWith('friend.two', ['Films']),
  })
  const { api, guest } = evening
  await evening.start()

  async function lend(media: string): Promise<void> {
    const lent = { guest: 'friend.two', media, discordUserId: guest.id }
    expect((await api('POST', '/api/v1/assignments', lent)).status).toBe(201)
    await evening.settled()
  }
  return { ...evening, lend }
}
