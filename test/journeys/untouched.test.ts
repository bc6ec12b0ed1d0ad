import { expect, test } from 'vitest'
import { anEvening, type Evening, hour, minute, second } from '../support/evening.js'

test('in ten minutes nobody who may watch is ever touched', async () => {
  const evening = await anEvening({
    before: ({ world }) => {
      world.addAccount('other.friend')
      world.addHomeUser('the.child')
      world.shareWith('other.friend', 'all')
      world.shareWith('friend.two', ['Films'])
    },
  })
  const { world, titles } = evening
  await evening.start()
  await lend(evening, 'friend.two', titles.lent)

  const players = [
    world.play(world.owner.username, titles.other),
    world.play('other.friend', titles.other),
    world.play('the.child', titles.episode),
    world.play('friend.two', titles.lent),
    world.play('friend.two', titles.lent, { product: 'Plex for iOS', device: 'iPad', offsetMs: 40 * minute }),
  ]
  const { plexId } = world.people.account('friend.two')
  const User = { id: String(plexId), title: 'friend.two' }
  const Session = { id: 'odd', bandwidth: 1, location: 'wan' }
  const Player = { machineIdentifier: 'odd', state: 'playing' }
  const heat = { ratingKey: titles.other, type: 'movie', title: 'Heat', guid: 'plex://movie/heat' }
  world.putOnTheList({ sessionKey: '901', ...heat, viewOffset: 1, Player, Session: { id: 'nobody' } })
  world.putOnTheList({ sessionKey: '902', viewOffset: 1, User, Player, Session })
  const clip = { type: 'clip', title: 'Coming soon', subtype: 'trailer' }
  world.putOnTheList({ sessionKey: '903', ratingKey: '77', ...clip, viewOffset: 1, User, Player, Session })
  const preRoll = { type: 'clip', title: 'Pre-roll', guid: 'prerolls://42' }
  world.putOnTheList({ sessionKey: '904', ...preRoll, viewOffset: 1, User, Player, Session })
  await evening.pass(10 * minute, 1_500)

  expect(players.map((one) => one.running())).toEqual([true, true, true, true, true])
  expect(evening.readings()).toBeGreaterThan(390)
  expect(evening.terminations()).toEqual([])
  expect(evening.acts()).toEqual([])
  expect(evening.cards()).toEqual([])
})

test('after the pass nobody is watched any more', async () => {
  const evening = await anEvening({
    before: ({ world }) => world.shareWith('friend.two', 'all'),
  })
  const { world, titles } = evening
  await evening.start()
  await lend(evening, 'friend.two', titles.lent, { expires: '1h' })

  await evening.clock.leap(hour)
  await evening.pass(30 * second)
  const free = world.play('friend.two', titles.other)
  await evening.pass(minute)

  expect(free.running()).toBe(true)
  expect(evening.terminations()).toEqual([])
  expect(world.shareOf('friend.two')?.allLibraries).toBe(true)
})

async function lend(
  { api, settled }: Evening,
  guest: string,
  media: string,
  limits: { expires?: string } = {},
): Promise<void> {
  const { status } = await api('POST', '/api/v1/assignments', { guest, media, ...limits })
  expect(status).toBe(201)
  await settled()
}
