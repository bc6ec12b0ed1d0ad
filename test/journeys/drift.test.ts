import { describe, expect, test } from 'vitest'
import { withDoctor } from '../../src/app/doctor.js'
import { loadConfig } from '../../src/config.js'
import { repairReport, serverReport } from '../../src/wire/shapes.js'
import { type AccessWorld, anAccessWorld } from '../support/access-world.js'
import { hour, second } from '../support/evening.js'

describe('what somebody changes by hand in Plex', () => {
  test('on a pass that goes on is told and left, and comes right with the next order', async () => {
    const house = await anAccessWorld()
    const { world, media } = house
    const { username } = house.acquaintance()
    const before = await house.standing()
    const { made } = await house.lend({ guest: username, media: media.movie })
    await house.ready(world.people.account(username), made)
    await house.clock.leap(hour)
    expect(await look(house)).toEqual([])

    world.unlabel(media.movie, labelOf(house, username))
    world.people.setSettings(username, { filterMovies: '', allowSync: true })
    const changed = await house.standing()
    const told = [
      `${username} has a pass for Arrival (2016) alone, and the restriction to its label is gone: they see all of the library.`,
      `${username} has a pass for Arrival (2016) and may download: somebody has allowed it again.`,
      `Arrival (2016) lacks the label by which ${username} is to see it.`,
    ]
    expect(await look(house)).toEqual(told)
    expect(await repair(house)).toEqual({ repaired: [], left: told })
    expect(await house.standing()).toEqual(changed)

    world.people.setSettings(username, { allowSync: false })
    await house.lend({ guest: username, media: media.movie })
    await house.takeBack(made?.id ?? '')
    await house.clock.leap(hour)
    expect(await look(house)).toEqual([])
    expect((await house.standing()).labels).toEqual(before.labels)
  })

  test('and looks like OTP without being recorded is told and left', async () => {
    const house = await anAccessWorld({ folder: true })
    const { world, media } = house
    const { username } = house.acquaintance(['Films'], { filterMovies: 'label=Otp-4711%2COther' })
    world.label(media.show, 'otp-stray')
    const folder = `${house.config.access.privateRoot}/otp-4711-0123456789abcdefghjkmnpq`
    world.addLibrary({ title: 'Left over', type: 'movie', folders: [folder] })
    const before = await house.standing()

    const { repaired, left } = await repair(house)

    expect(repaired).toEqual([])
    expect(left).toEqual([
      expect.stringMatching(/^Tin Harbour.* has the label otp-stray and no pass needs it\.$/i),
      `${username} is restricted to the label Otp-4711 and no pass needs that.`,
      'The private library "Left over" is there and no pass needs it.',
    ])
    expect(await house.standing()).toEqual(before)
  })
})

test('what could not be taken back while OTP ran is repaired by the doctor without it, exactly', async () => {
  const house = await anAccessWorld()
  const { world, media, plexTv } = house
  const { username } = house.acquaintance()
  const neighbour = house.acquaintance(['Series'])
  const before = await house.standing()
  const { made } = await house.lend({ guest: username, media: media.movie })
  await house.ready(world.people.account(username), made)
  await house.lend({ guest: neighbour.username, media: media.movie })
  plexTv.faults.next({ match: 'DELETE /', times: 1_000, act: { kind: 'answer', status: 500 } })
  plexTv.faults.next({ match: 'PUT /', times: 1_000, act: { kind: 'answer', status: 500 } })
  expect(await house.takeBack(made?.id ?? '')).toMatchObject({ access: 'pending' })
  await house.stop()
  plexTv.faults.clear()
  await house.clock.leap(2 * hour)
  const running = world.play(neighbour.username, media.movie)

  const {
    first,
    repaired,
    second: again,
  } = await withoutService(house, async (drift) => ({
    first: await drift.look(),
    repaired: await drift.repair('terminal'),
    second: await drift.look(),
  }))

  const kinds = ['label', 'restriction', 'library', 'still-taking']
  expect(first.findings.map((one) => one.kind)).toEqual(kinds)
  expect(repaired.repaired.map((one) => one.kind)).toEqual(kinds)
  expect(repaired.left).toEqual([])
  expect(again).toEqual({ findings: [], passedOver: [] })
  const { people, labels } = await house.standing()
  expect({ labels, somebody: people[username] }).toEqual({
    labels: before.labels,
    somebody: before.people[username],
  })
  expect(world.librariesOf(neighbour.username)).toEqual(['3', '4'])
  expect(running.running()).toBe(true)
  expect(house.terminations()).toEqual([])
})

test('somebody who still watches on access that is over is left to the guard', async () => {
  const house = await anAccessWorld()
  const { world, media, plexTv } = house
  const who = house.acquaintance()
  const { made } = await house.lend({ guest: who.username, media: media.movie })
  await house.ready(who, made)
  plexTv.faults.next({ match: 'DELETE /', times: 1_000, act: { kind: 'answer', status: 500 } })
  await house.takeBack(made?.id ?? '')
  await house.stop()
  plexTv.faults.clear()
  await house.clock.leap(2 * hour)
  const running = world.play(who.username, media.movie)

  const { repaired, left } = await withoutService(house, (drift) => drift.repair('terminal'))
  expect(repaired).toEqual([])
  expect(left).not.toEqual([])
  expect(running.running()).toBe(true)

  await house.start()
  await house.pass(30 * second)
  expect(running.ending()?.why).toBe('terminated')
  expect(world.librariesOf(who.username)).toEqual([])
})

function labelOf({ world }: AccessWorld, username: string): string {
  return `Otp-${world.people.account(username).plexId}`
}

/** `GET /server`: the sentences of what has drifted. */
async function look({ api }: AccessWorld): Promise<string[]> {
  const { json } = await api('GET', '/api/v1/server')
  const { drift, checks } = serverReport.parse(resultOf(json))
  expect(checks.filter((one) => one.outcome === 'bad')).toEqual([])
  if (!drift) throw new Error('Nobody looked for drift')
  return drift.map((one) => one.sentence)
}

async function repair({ api }: AccessWorld): Promise<{ repaired: string[]; left: string[] }> {
  const { json } = await api('POST', '/api/v1/server/repair')
  const { repaired, left } = repairReport.parse(resultOf(json))
  return { repaired: repaired.map((one) => one.sentence), left: left.map((one) => one.sentence) }
}

function resultOf(json: unknown): unknown {
  return typeof json === 'object' && json !== null && 'result' in json ? json.result : json
}

type Drift = NonNullable<Parameters<Parameters<typeof withDoctor>[1]>[0]['drift']>

/** What `otp doctor` has at hand when OTP is not running. */
async function withoutService<T>(house: AccessWorld, work: (drift: Drift) => Promise<T>): Promise<T> {
  const { configFile: file, clock } = house
  const loaded = await loadConfig({ file, env: {} })
  return house.soon(
    withDoctor({ file, loaded, clock, version: 'test' }, async ({ drift }) => {
      if (!drift) throw new Error('There is nothing to compare Plex with')
      return work(drift)
    }),
    5 * 60 * second,
  )
}
