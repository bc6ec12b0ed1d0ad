import { describe, expect, it } from 'vitest'
import { OtpError } from '../../src/core/errors.js'
import { aMovie, anEpisode, anOwner, anotherMovie, aSession, minute, second } from '../support/builders.js'
import { admin, createStage, friend, neighbour, rarity, type Stage, theViolation } from '../support/stage.js'

const told = 'This title is not on your pass. You may watch: Arrival (2016).'
const ended = `end friend's Paddington (2014): ${told}`

/** A stage on which the friend may watch Arrival and OTP runs. */
async function evening(overrides: Parameters<typeof createStage>[0] = {}): Promise<Stage> {
  const stage = createStage(overrides)
  await stage.start()
  await stage.assign()
  await stage.clock.advance(2 * second)
  stage.plex.said.length = 0
  stage.notifier.said.length = 0
  return stage
}

describe('what the monitor never touches', () => {
  it('the assigned item, on any number of devices, in any state', async () => {
    const stage = await evening()
    stage.plex.play(friend.plexId, aMovie())
    stage.plex.play(friend.plexId, aMovie(), { player: 'player-2' })
    const paused = stage.plex.play(friend.plexId, aMovie({ ratingKey: '901' }), { player: 'player-3' })
    await stage.clock.advance(minute)
    stage.plex.change(paused, { state: 'paused' })
    await stage.clock.advance(10 * minute)

    expect(stage.plex.said).toEqual([])
    expect(await stage.violations()).toEqual([])
    expect(await stage.core().sessions()).toMatchObject([
      { verdict: 'allowed' },
      { verdict: 'allowed' },
      { verdict: 'allowed' },
    ])
    expect(await stage.records('assignment')).toMatchObject([{ state: 'watching' }])
  })

  it('the owner, other friends, unknown users, unreadable items and clips', async () => {
    const stage = await evening()
    stage.plex.play(anOwner().plexId, anotherMovie())
    stage.plex.play('1', anotherMovie())
    stage.plex.play(neighbour.plexId, anEpisode())
    stage.plex.play('424242', anotherMovie())
    stage.plex.play(friend.plexId, aMovie({ ratingKey: '902', guid: 'clip://1', type: 'clip' }))
    const { user: _, ...nobodys } = aSession({ key: '801', id: 's801', item: anotherMovie() })
    const { item: __, ...unreadable } = aSession({ key: '802', id: 's802' })
    stage.plex.playRaw(nobodys)
    stage.plex.playRaw(unreadable)
    await stage.clock.advance(5 * minute)

    expect(stage.plex.said).toEqual([])
    expect(await stage.violations()).toEqual([])
    expect(stage.notifier.said).toEqual([])
    expect(await stage.core().status()).toMatchObject({ violations: 0 })
    const unsure = stage.log.lines.filter((one) => one.phrase.includes('cannot be read'))
    expect(unsure).toHaveLength(2)
  })

  it('a film in a library of their own, when the scope is what was granted', async () => {
    const stage = createStage({ monitor: { scope: 'granted' } })
    await stage.start()
    await stage.assign({ guest: 'neighbour' })
    const own = stage.plex.play(neighbour.plexId, anEpisode())
    const lent = stage.plex.play(neighbour.plexId, anotherMovie())
    await stage.clock.advance(2 * second)

    expect(stage.plex.isPlaying(own)).toBe(true)
    expect(stage.plex.isPlaying(lent)).toBe(false)
  })
})

describe('a stray', () => {
  it('is ended within one reading, once, with one card and one message', async () => {
    const stage = await evening()
    const key = stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(1_500)
    expect(stage.plex.isPlaying(key)).toBe(false)

    await stage.clock.advance(2 * minute)
    expect(stage.plex.said).toEqual([ended])
    expect(stage.notifier.said.sort()).toEqual([
      'admins: friend played Paddington (2014)',
      'friend: strayed to Paddington (2014)',
    ])
    expect(await theViolation(stage)).toMatchObject({
      guest: { plexId: friend.plexId },
      media: { title: 'Paddington' },
      allowed: [{ title: 'Arrival' }],
      repeats: 0,
      endedAt: expect.any(Number),
      enforcement: [{ rung: 'terminate', outcome: 'accepted', tookMs: expect.any(Number) }],
    })
    expect(await stage.records('assignment')).toMatchObject([{ violations: 1, state: 'ready' }])
    const card = stage.notifier.posts().find((one) => one.content.to === 'admins')
    expect(card?.content.notice).toMatchObject({ violation: { enforcement: [{ outcome: 'accepted' }] } })
  })

  it.each([
    ['an episode of their own library', anEpisode()],
    ['a song', aMovie({ ratingKey: '903', guid: 'plex://track/1', type: 'track' })],
    ['live TV', aMovie({ ratingKey: '904', guid: 'tv.plex.epg://1', type: 'live' })],
  ])('may be %s', async (_what, item) => {
    const stage = await evening()
    const key = stage.plex.play(friend.plexId, item)
    await stage.clock.advance(2 * second)

    expect(stage.plex.isPlaying(key)).toBe(false)
  })

  it('is tried again after 0.5, 1 and 2 s when the call fails in passing', async () => {
    const stage = await evening()
    const at: number[] = []
    const { terminate } = stage.plex.server
    stage.plex.server.terminate = (session, reason) => {
      at.push(stage.clock.now())
      return terminate(session, reason)
    }
    stage.plex.answer('terminate', { kind: 'refused', reason: '503' }, { times: 3 })
    stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(10 * second)

    expect(at.map((one) => one - (at[0] ?? 0))).toEqual([0, 500, 1_500, 3_500])
    expect((await theViolation(stage)).enforcement).toMatchObject([
      { rung: 'terminate', outcome: 'accepted' },
    ])
  })

  it('is not pursued any further once its film was assigned', async () => {
    const stage = await evening()
    stage.plex.answer('terminate', { kind: 'refused', reason: '503' }, { times: 1 })
    const key = stage.plex.play(friend.plexId, anotherMovie())
    while (stage.plex.said.length === 0) await stage.clock.advance(100)
    await stage.core().assign({ guest: 'friend', media: 'rk:102', add: true, by: admin })
    await stage.clock.advance(0)
    await stage.clock.advance(minute)

    expect(stage.plex.isPlaying(key)).toBe(true)
    expect(stage.plex.said).toEqual([ended])
    expect(await theViolation(stage)).toMatchObject({ endedAt: expect.any(Number) })
  })

  it('is looked at again when no answer came', async () => {
    const stage = await evening()
    stage.plex.answer('terminate', { kind: 'unknown', reason: 'time-out' })
    const key = stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(10 * second)

    expect(stage.plex.isPlaying(key)).toBe(false)
    expect((await theViolation(stage)).enforcement).toMatchObject([
      { rung: 'terminate', outcome: 'accepted' },
    ])
    expect(stage.plex.said).toEqual([ended, ended])
  })

  it('costs nothing more when the lost answer had worked', async () => {
    const stage = await evening()
    stage.plex.answer('terminate', { kind: 'unknown', reason: 'time-out' }, { after: true })
    stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(10 * second)

    expect(stage.plex.said).toEqual([ended])
  })

  it('that was gone by itself counts as ended', async () => {
    const stage = await evening()
    stage.plex.answer('terminate', { kind: 'gone' }, { after: true })
    stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(10 * second)

    expect((await theViolation(stage)).enforcement).toMatchObject([{ rung: 'terminate', outcome: 'gone' }])
  })

  it('climbs at once when a rung cannot work', async () => {
    const stage = await evening()
    stage.plex.answer('terminate', { kind: 'impossible', reason: 'No Plex Pass.' }, { times: Infinity })
    const key = stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(4 * second)

    expect(stage.plex.isPlaying(key)).toBe(false)
    expect(stage.plex.said).toEqual([ended, "stop friend's Paddington (2014)"])
    expect((await theViolation(stage)).enforcement).toMatchObject([
      { rung: 'terminate', outcome: 'impossible', reason: 'No Plex Pass.' },
      { rung: 'stop', outcome: 'accepted' },
    ])
  })

  it('that only lingers in the list is left alone, and the card is posted once', async () => {
    const stage = await evening()
    const key = stage.plex.play(friend.plexId, anotherMovie(), { obeys: 'lingers' })
    await stage.clock.advance(8 * minute)
    expect(stage.plex.said).toEqual([ended])

    stage.plex.leave(key)
    await stage.clock.advance(10 * second)
    expect(await theViolation(stage)).toMatchObject({ endedAt: expect.any(Number), repeats: 0 })
    expect(stage.notifier.said).toHaveLength(2)
  })

  it('that ignores everything climbs to stop and to taking the access away', async () => {
    const stage = await evening()
    stage.plex.play(friend.plexId, anotherMovie(), { obeys: 'nothing' })
    await stage.clock.advance(29 * second)
    expect(stage.plex.said).toEqual([ended])

    await stage.clock.advance(3 * minute)
    expect(stage.plex.said).toEqual([ended, "stop friend's Paddington (2014)", 'unshare friend'])
    expect((await theViolation(stage)).enforcement).toMatchObject([
      { rung: 'terminate', outcome: 'accepted' },
      { rung: 'stop', outcome: 'accepted' },
      { rung: 'unshare', outcome: 'accepted' },
    ])
    expect(await stage.records('assignment')).toMatchObject([
      {
        state: 'revoked',
        access: 'taken',
        endReason: 'Paddington (2014) was played and could not be ended otherwise.',
      },
    ])
    expect(stage.notifier.said).toContain('friend: Arrival (2016) revoked')
  })

  it('of a guest to whom OTP gave nothing: the last rung is impossible, and their share stays', async () => {
    const stage = createStage()
    await stage.start()
    await stage.assign({ guest: 'neighbour', media: 'rk:212' })
    stage.plex.play(neighbour.plexId, anEpisode({ ratingKey: '211', guid: 'plex://episode/1' }), {
      obeys: 'nothing',
    })
    await stage.clock.advance(4 * minute)

    expect((await theViolation(stage)).enforcement.at(-1)).toMatchObject({
      rung: 'unshare',
      outcome: 'impossible',
    })
    expect(stage.plex.shareOf(neighbour.plexId)?.libraryKeys).toEqual(['2'])
  })

  it('within the window again folds into the card; after it there is a new one', async () => {
    const stage = await evening()
    stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(minute)
    stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(minute)

    expect(await theViolation(stage)).toMatchObject({ repeats: 1, streams: [{}, {}] })
    expect(stage.plex.said).toEqual([ended, ended])
    expect(stage.notifier.said).toHaveLength(2)

    await stage.clock.advance(6 * minute)
    stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(minute)
    expect(await stage.violations()).toMatchObject([{ repeats: 1 }, { repeats: 0 }])
    expect(stage.notifier.said).toHaveLength(4)
  })

  it('of another edition of the same film is one more repeat, however long its entry lingers', async () => {
    const stage = await evening()
    stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(minute)
    stage.plex.play(friend.plexId, anotherMovie({ ratingKey: '888' }), { obeys: 'lingers' })
    await stage.clock.advance(minute)

    expect(await theViolation(stage)).toMatchObject({ repeats: 1, streams: [{}, {}] })
    expect(stage.plex.said).toEqual([ended, ended])
  })

  it('of another film within the window has its own card and no second message', async () => {
    const stage = await evening()
    stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(minute)
    stage.plex.play(friend.plexId, rarity)
    await stage.clock.advance(minute)

    expect(await stage.violations()).toHaveLength(2)
    expect(stage.notifier.said.filter((one) => one.startsWith('friend'))).toHaveLength(1)
    expect(stage.notifier.said.filter((one) => one.startsWith('admins'))).toHaveLength(2)
  })

  it('on a second player at once is ended there as well, on the same card', async () => {
    const stage = await evening()
    const one = stage.plex.play(friend.plexId, anotherMovie())
    const other = stage.plex.play(friend.plexId, anotherMovie(), { player: 'player-2' })
    const allowed = stage.plex.play(friend.plexId, aMovie(), { player: 'player-3' })
    await stage.clock.advance(2 * second)

    expect([one, other, allowed].map(stage.plex.isPlaying)).toEqual([false, false, true])
    expect(await theViolation(stage)).toMatchObject({ streams: [{ key: one }, { key: other }] })
  })

  it('by autoplay under the same session key is judged anew', async () => {
    const stage = createStage({ monitor: { slipMs: 30 * second } })
    await stage.start()
    await stage.assign({ media: 'rk:211' })
    const key = stage.plex.play(
      friend.plexId,
      anEpisode({ ratingKey: '211', guid: 'plex://episode/severance-1-1' }),
    )
    await stage.clock.advance(minute)
    stage.plex.change(key, { item: anEpisode(), offsetMs: 0 })
    await stage.clock.advance(2 * second)

    expect(stage.plex.isPlaying(key)).toBe(false)
    expect(await theViolation(stage)).toMatchObject({ slip: true, media: { ratingKey: '212' } })
  })

  it('that moves on to the assigned film is not pursued any further', async () => {
    const stage = await evening()
    const key = stage.plex.play(friend.plexId, anotherMovie(), { obeys: 'nothing' })
    await stage.clock.advance(10 * second)
    stage.plex.change(key, { item: aMovie(), offsetMs: 0 })
    await stage.clock.advance(5 * minute)

    expect(stage.plex.said).toEqual([ended])
    expect(await theViolation(stage)).toMatchObject({ endedAt: expect.any(Number) })
  })

  it('after max_violations costs the assignment', async () => {
    const stage = await evening({ monitor: { maxViolations: 2 } })
    stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(10 * second)
    expect(await stage.records('assignment')).toMatchObject([{ state: 'ready' }])

    stage.plex.play(friend.plexId, rarity)
    await stage.clock.advance(10 * second)
    expect(await stage.records('assignment')).toMatchObject([
      { state: 'revoked', access: 'taken', endReason: 'After 2 violations the pass was revoked.' },
    ])
  })

  it('is only reported in a dry run', async () => {
    const stage = await evening({ monitor: { onViolation: ['report'] } })
    const key = stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(3 * minute)

    expect(stage.plex.isPlaying(key)).toBe(true)
    expect(stage.plex.said).toEqual([])
    expect((await theViolation(stage)).enforcement).toMatchObject([{ rung: 'report', outcome: 'accepted' }])
    expect(stage.notifier.said).toContain('admins: friend played Paddington (2014)')
    expect(stage.plex.shareOf(friend.plexId)).toBeDefined()
  })
})

describe('a film that was replaced long ago', () => {
  it('is a violation like any other', async () => {
    const stage = await evening()
    await stage.assign({ media: 'rk:301' })
    await stage.clock.advance(10 * minute)
    stage.plex.play(friend.plexId, aMovie())
    await stage.clock.advance(5 * second)

    expect(await theViolation(stage)).toMatchObject({ media: { title: 'Arrival' } })
    expect(stage.notifier.said).toContain('admins: friend played Arrival (2016)')
  })
})

describe('while a stream runs', () => {
  it('assigning its guest another film ends it at once', async () => {
    const stage = createStage()
    await stage.start()
    stage.plex.share(friend.plexId, ['1'])
    const key = stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(minute)
    expect(stage.plex.isPlaying(key)).toBe(true)

    await stage.core().assign({ guest: 'friend', media: 'rk:101', by: admin })
    await stage.clock.advance(0)
    expect(stage.plex.isPlaying(key)).toBe(false)
  })

  it('a restart reports the same violation no second time', async () => {
    const stage = await evening()
    stage.plex.play(friend.plexId, anotherMovie(), { obeys: 'lingers' })
    await stage.clock.advance(5 * second)
    await stage.restart(second)
    await stage.clock.advance(minute)

    expect(await theViolation(stage)).toMatchObject({ repeats: 0 })
    expect(stage.plex.said).toEqual([ended])
    expect(stage.notifier.said).toHaveLength(2)
  })

  it('a start judges it before anything else', async () => {
    const stage = await evening()
    await stage.stop()
    stage.plex.play(friend.plexId, anotherMovie())
    stage.plex.account.shares = () => new Promise(() => {})
    stage.replaceCore()
    await stage.start()

    expect(stage.plex.said).toEqual([ended])
  })
})

describe('a stopped monitor', () => {
  it('judges nothing, also after a restart, until it is started again', async () => {
    const stage = await evening()
    await stage.core().stopMonitor(admin)
    const key = stage.plex.play(friend.plexId, anotherMovie())
    await stage.clock.advance(minute)
    await stage.restart(second)
    await stage.clock.advance(minute)
    expect(stage.plex.isPlaying(key)).toBe(true)
    expect(await stage.violations()).toEqual([])
    expect(await stage.core().status()).toMatchObject({ running: false, since: { by: admin } })

    await stage.core().startMonitor(admin)
    await stage.clock.advance(0)
    expect(stage.plex.isPlaying(key)).toBe(false)
  })
})

describe('when Plex cannot be read', () => {
  const down = new OtpError('plex_unreachable', 'The server does not answer.')
  const html = new OtpError('plex_refused', 'The server answered with a web page.')

  it.each([
    ['does not answer', down],
    ['answers HTML', html],
  ])(
    'because it %s, everything stays, and the admins hear once of it and once of the end',
    async (_how, error) => {
      const stage = await evening()
      const key = stage.plex.play(friend.plexId, anotherMovie(), { obeys: 'lingers' })
      await stage.clock.advance(5 * second)
      stage.plex.fail('sessions', error, { times: Infinity })
      await stage.clock.advance(30 * second)
      expect(stage.notifier.said.filter((one) => one.includes('plex'))).toEqual([])

      await stage.clock.advance(10 * minute)
      expect(await theViolation(stage)).not.toHaveProperty('endedAt')
      expect(await stage.core().health()).toMatchObject({ plex: { ok: false, reason: error.message } })
      expect(stage.notifier.said.filter((one) => one.includes('plex'))).toEqual(['admins: plex-down'])

      stage.plex.heal()
      stage.plex.leave(key)
      await stage.clock.advance(minute)
      expect(stage.notifier.said.filter((one) => one.includes('plex'))).toEqual([
        'admins: plex-down',
        'admins: plex-up',
      ])
      expect(await theViolation(stage)).toMatchObject({ endedAt: expect.any(Number) })
      expect(await stage.core().health()).toMatchObject({ plex: { ok: true } })
    },
  )

  it('it is asked less and less often, and nobody hears of an outage under a minute', async () => {
    const stage = await evening()
    stage.plex.fail('sessions', down, { times: Infinity })
    const before = stage.plex.asked('sessions')
    await stage.clock.advance(55 * second)
    const during = stage.plex.asked('sessions') - before
    stage.plex.heal()
    await stage.clock.advance(minute)

    expect(during).toBeGreaterThan(4)
    expect(during).toBeLessThan(12)
    expect(stage.notifier.said).toEqual([])
  })

  it('across a restart the admins hear once of each as well', async () => {
    const stage = await evening()
    stage.plex.fail('sessions', down, { times: Infinity })
    await stage.clock.advance(2 * minute)
    await stage.restart(second)
    await stage.clock.advance(3 * minute)
    expect(stage.notifier.said).toEqual(['admins: plex-down'])

    await stage.stop()
    stage.plex.heal()
    stage.replaceCore()
    await stage.start()
    await stage.clock.advance(minute)
    expect(stage.notifier.said).toEqual(['admins: plex-down', 'admins: plex-up'])
  })
})
