import { describe, expect, test } from 'vitest'
import type { Stage } from '../../src/simulator/stage.js'
import { anEvening, minute, second } from '../support/evening.js'

/** An evening whose titles have been read. */
async function aKnownEvening(options: Parameters<typeof anEvening>[0] = {}) {
  const evening = await anEvening({ ...options, before: furnish })
  await evening.start()
  await evening.pass(5 * second)
  return { ...evening, names, searches }

  async function names(option: string, text: string): Promise<string[]> {
    const choices = await evening.soon(evening.admin.type('/assign', option, text))
    return choices.map(({ name }) => name)
  }

  function searches(): number {
    return evening.plexServer.journal.filter((one) => one.path === '/hubs/search').length
  }

  function furnish(stage: Stage): void {
    stage.world.shareWith('friend.two', ['Films', 'Series'])
    stage.world.addMovie({ title: 'Amélie', year: 2001 })
    stage.world.addMovie({ title: 'Aliens', year: 1986 })
    stage.world.addMovie({ title: 'Arrival', year: 1996 })
    options.before?.(stage)
  }
}

const toFriend = { plex: 'friend.two' }

describe('suggestions', () => {
  test('titles are found with typos, without accents and by number, and Plex is not asked', async () => {
    const { names, searches } = await aKnownEvening()

    expect(await names('media', 'amelie')).toEqual(['Amélie (2001) - film'])
    expect(await names('media', 'alein')).toEqual(['Alien (1979) - film', 'Aliens (1986) - film'])
    expect(await names('media', 'tin harbor 2x03')).toEqual(['Tin Harbour S02E03 · Episode 3 - episode'])
    expect((await names('media', 'harb'))[0]).toBe('Tin Harbour - whole show')
    expect(await names('media', 'zzz')).toEqual([])
    expect(searches()).toBe(0)
  })

  test('nothing typed shows what was lent last, then what is new', async () => {
    const { titles, admin, soon, names } = await aKnownEvening()
    await soon(
      soon(admin.slash('/assign', { media: `rk:${titles.other}`, ...toFriend })).then((asked) =>
        admin.click(asked, 'Confirm'),
      ),
    )

    const shown = await names('media', '')
    expect(shown[0]).toBe('Heat (1995) - film')
    expect(shown).toContain('Amélie (2001) - film')
    expect(shown).toHaveLength(new Set(shown).size)
  })

  test('before the titles have been read, Plex is asked; late it shows nothing, and is not an error', async () => {
    const evening = await anEvening()
    const { plexServer, admin, soon, troubles } = evening
    plexServer.faults.next({
      match: 'GET /library/sections',
      times: 50,
      act: { kind: 'answer', status: 500 },
    })
    await evening.start()

    expect(await soon(admin.type('/assign', 'media', 'heat'))).toEqual([
      { name: 'Heat (1995) - film', value: `rk:${evening.titles.other}` },
    ])
    plexServer.faults.next({ match: 'GET /hubs/search', act: { kind: 'delay', ms: 4 * second } })
    expect(await soon(admin.type('/assign', 'media', 'heat'))).toEqual([])
    expect(troubles().filter((line) => line.includes('interaction'))).toEqual([])
  })

  test('a film that comes or goes is known by what Plex announces', async () => {
    const { world, titles, names, passUntil } = await aKnownEvening({ push: true })

    world.addMovie({ title: 'Contact', year: 1997 })
    world.catalogue.rename(titles.other, 'Warmth')
    world.remove(titles.lent)
    await passUntil('the new titles', async () => (await names('media', 'contact')).length > 0)

    expect(await names('media', 'contact')).toEqual(['Contact (1997) - film'])
    expect(await names('media', 'warmth')).toEqual(['Warmth (1995) - film'])
    expect(await names('media', 'arrival')).toEqual(['Arrival (1996) - film'])
    expect(await names('media', 'heat')).toEqual([])
  })

  test('people are found with typos', async () => {
    const { names } = await aKnownEvening()

    expect(await names('plex', 'freind')).toEqual(['friend.two'])
    expect(await names('plex', 'two')).toEqual(['friend.two'])
  })

  test('libraries are found with typos, and a wrong name is answered with those that are near', async () => {
    const { admin, soon } = await aKnownEvening()

    expect((await soon(admin.type('/invite', 'library', 'flims'))).map(({ name }) => name)).toEqual(['Films'])
    const refused = await soon(admin.slash('/invite', { plex: 'guest.one', library: 'Serise' }))
    expect(refused.text).toBe('There is no library called "Serise". The server has: Series.')
  })

  test('a guest who is not known is answered with those whose names are near', async () => {
    const { titles, admin, soon } = await aKnownEvening()
    const asked = await soon(admin.slash('/assign', { media: `rk:${titles.other}`, ...toFriend }))
    await soon(admin.click(asked, 'Confirm'))

    const refused = await soon(admin.slash('/unassign', { guest: 'freind.two' }))
    expect(refused.text).toBe('"freind.two" is no guest that OTP knows. Perhaps friend.two is meant?')
  })
})

describe('deadlines', () => {
  const berlin = { config: '[access]\ntime_zone = "Europe/Berlin"\n' }

  test('words are shown as what they come to, and what is picked stays that', async () => {
    const { admin, soon, names, discord } = await aKnownEvening(berlin)

    const [friday] = await soon(admin.type('/assign', 'expires', 'friday 20:00'))
    expect(friday).toEqual({ name: 'Fri 27 Nov 20:00 (in 5 days)', value: '2026-11-27T19:00:00.000Z' })
    expect(await names('expires', '36h')).toEqual(['Tue 24 Nov 08:00 (in 36 hours)'])
    expect((await names('expires', ''))[1]).toBe('tomorrow evening: Mon 23 Nov 20:00 (in 24 hours)')

    const asked = await soon(admin.slash('/assign', { media: 'Heat', ...toFriend, expires: 'friday 20:00' }))
    const done = await soon(admin.click(asked, 'Confirm'))
    expect(done.text).toContain('It ends at 2026-11-27 19:00 UTC (in 5 days).')
    expect(discord.strictViolations).toEqual([])
  })

  test.each([
    ['yesterday', '"yesterday" is over already'],
    ['3/4 18:00', '"3/4 18:00" can be read in two ways'],
    ['some day', 'such as "friday 20:00"'],
  ])('"%s" is refused with examples', async (expires, sentence) => {
    const { admin, soon } = await aKnownEvening(berlin)

    const { text } = await soon(admin.slash('/assign', { media: 'Heat', ...toFriend, expires }))
    expect(text).toContain(sentence)
  })

  test('the REST API takes the same words', async () => {
    const { api, titles } = await aKnownEvening(berlin)
    const body = { guest: 'friend.two', media: titles.other, expires: 'tomorrow evening' }

    expect(await api('POST', '/api/v1/assignments', body)).toMatchObject({
      status: 201,
      json: { result: { expiresAt: '2026-11-23T19:00:00.000Z' } },
    })
  })
})

describe('a title that was not picked', () => {
  test('is taken when only one has that name', async () => {
    const { admin, soon } = await aKnownEvening()

    const { text } = await soon(admin.slash('/assign', { media: 'amelie', ...toFriend }))
    expect(text).toContain('Amélie (2001)')
  })

  test('several that fit come as a menu, and the one that is picked goes on', async () => {
    const { discord, admin, soon } = await aKnownEvening()

    const asked = await soon(admin.slash('/assign', { media: 'arrival', ...toFriend, expires: '36h' }))
    expect(asked.text).toBe(
      '"arrival" could be any of these. Which one is meant? / [Pick a title: Arrival (2016) | Arrival (1996)] [Cancel]',
    )
    const question = await soon(admin.select(asked, 'Arrival (1996)'))
    expect(question.text).toContain('With a pass for Arrival (1996), everything else')
    const done = await soon(admin.click(question, 'Confirm'))
    expect(done.text).toContain('Arrival (1996) is assigned to friend.two. / It ends at')
    expect(discord.strictViolations).toEqual([])
  })

  test('what is only near is asked about, never taken for it', async () => {
    const { admin, soon } = await aKnownEvening()

    const asked = await soon(admin.slash('/assign', { media: 'amleie', ...toFriend }))
    expect(asked.text).toContain('[Pick a title: Amélie (2001)] [Cancel]')
    expect((await soon(admin.click(asked, 'Cancel'))).text).toBe('Nothing was changed.')
  })

  test('a program gets the candidates, and picks none', async () => {
    const { api } = await aKnownEvening()

    const { status, json } = await api('GET', '/api/v1/media?query=amelei')
    expect(status).toBe(200)
    expect(json).toMatchObject({ result: [{ title: 'Amélie' }] })
  })

  test('a menu is for admins, works once, and for a quarter of an hour', async () => {
    const { admin, soon, pass } = await aKnownEvening()
    const ask = () => soon(admin.slash('/assign', { media: 'arrival', ...toFriend }))

    const once = await ask()
    const [first, second] = await soon(
      Promise.all([admin.select(once, 'Arrival (1996)'), admin.select(once, 'Arrival (2016)')]),
    )
    expect([first.text, second.text]).toContainEqual('That has been answered already.')

    const late = await ask()
    await pass(16 * minute, 30_000)
    expect((await soon(admin.select(late, 'Arrival (1996)'))).text).toContain('no longer valid')

    const demoted = await ask()
    admin.demote()
    expect((await soon(admin.select(demoted, 'Arrival (1996)'))).text).toContain(
      'Only the admins of this server can do that.',
    )
  })
})
