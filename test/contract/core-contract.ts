import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Remote } from '../../src/terminal/remote.js'
import type { WholeApi } from '../../src/terminal/whole-api.js'
import { second } from '../support/evening.js'
import { aPrivateHouse, type PrivateHousehold } from '../support/private-household.js'

/** Everything that a script can ask of OTP, by the names of the core. */
export type Offered = WholeApi &
  Pick<
    Remote,
    | 'assign'
    | 'shareLibrary'
    | 'extend'
    | 'unassign'
    | 'violations'
    | 'search'
    | 'sessions'
    | 'guests'
    | 'guest'
    | 'status'
    | 'server'
    | 'repair'
  >

/**
 * What every way to the core must do alike: the core itself, and the API with a client over it. `reach` leads to it
 * in a household where it is running; each test has people and films of its own there.
 */
export function describeCore(name: string, reach: (house: PrivateHousehold) => Offered): void {
  describe(name, () => {
    const theHouse = aPrivateHouse()

    /** The household, what OTP offers there, and a way to await it while time passes. */
    function arrive() {
      const house = theHouse()
      const { inTime, clock } = house
      return {
        ...house,
        otp: reach(house),
        /** What OTP read at plex.tv a moment ago does not serve for the next order. */
        async done<T>(ask: () => Promise<T>): Promise<T> {
          await clock.leap(5 * second)
          return inTime(ask())
        },
      }
    }

    afterEach(async () => {
      const { otp, done } = arrive()
      await done(() => otp.endAll())
    })

    test('an assignment takes every option, and says what it came to', async () => {
      const { otp, done, acquaintance, addFilm, clock, guest } = arrive()
      const friend = acquaintance(['Series'])
      const film = addFilm('Quiet Water', { year: 2019 })
      const options = {
        guest: friend.username,
        media: film,
        discordUserId: guest.id,
        expires: '7d',
        plays: 2,
        fence: 'library' as const,
        scope: 'granted' as const,
        add: true,
        invite: false,
      }
      const made = await done(() => otp.assign(options))

      expect(made).toMatchObject({
        guest: { plexId: String(friend.plexId), username: friend.username, discordUserId: guest.id },
        media: { ratingKey: film, type: 'movie', title: 'Quiet Water', year: 2019 },
        state: 'ready',
        fence: 'library',
        scope: 'granted',
        access: 'given',
        createdBy: 'key:owner',
        plays: 2,
        playsUsed: 0,
        progress: { offsetMs: 0 },
        violations: 0,
        replaced: [],
        invited: false,
        everythingElseStops: false,
        guestTold: 'queued',
        link: expect.stringContaining(`%2Flibrary%2Fmetadata%2F${film}`),
      })
      expect(Date.parse(made.expiresAt ?? '') - clock.now()).toBeLessThanOrEqual(7 * 24 * 3_600_000)
      expect(made.fenceNote).toMatch(/[.]$/)
      expect(made.history[0]).toMatchObject({ by: 'key:owner' })
      expect(await otp.assignment(made.id)).toMatchObject({
        id: made.id,
        expiresAt: made.expiresAt,
        plays: 2,
      })
      await done(() => otp.endAssignment({ id: made.id }))
    })

    test('a stranger is invited at once, and waits', async () => {
      const { otp, done, newcomer, addFilm } = arrive()
      const { username, plexId } = newcomer()
      const made = await done(() => otp.assign({ guest: username, media: addFilm('Grey Harbour') }))

      expect(made).toMatchObject({ state: 'pending', invited: true, guestTold: 'not-linked', fence: 'label' })
      const [invitation] = (await otp.invitations({ limit: 1 })).items
      expect(invitation).toMatchObject({
        invitee: username,
        purpose: 'assignment',
        state: 'sent',
        by: 'key:owner',
        guest: { plexId: String(plexId) },
      })
      const over = await done(() => otp.unassign({ guest: username, reason: 'Another day.' }))
      expect(over).toMatchObject({
        access: 'restored',
        ended: [{ id: made.id, state: 'revoked', endReason: 'Another day.' }],
      })
    })

    test('the same item again changes the limits, another replaces it, and add keeps both', async () => {
      const { otp, done, acquaintance, addFilm } = arrive()
      const { username } = acquaintance(['Series'])
      const [first, other, third] = [addFilm('Salt'), addFilm('Copper'), addFilm('Iron')]
      const lend = (media: string, more = {}) =>
        done(() => otp.assign({ guest: username, media, fence: 'library', ...more }))

      const made = await lend(first, { expires: '36h', plays: 3 })
      const again = await lend(first, { expires: '7d', plays: 5 })
      expect(again).toMatchObject({
        id: made.id,
        plays: 5,
        extended: { expiresBefore: made.expiresAt, playsBefore: 3 },
      })
      const instead = await lend(other)
      expect(instead.replaced).toEqual([made.id])
      expect(await otp.assignment(made.id)).toMatchObject({ state: 'revoked' })
      const beside = await lend(third, { add: true })
      expect(beside.replaced).toEqual([])

      await refuses(
        done(() => otp.extend({ guest: username, expires: '2d' })),
        'ambiguous',
        /has several open assignments: .*Give the id of the one you mean/,
      )
      const { ended } = await done(() => otp.unassign({ guest: username }))
      expect(ended.map((one) => one.id).sort()).toEqual([instead.id, beside.id].sort())
    })

    test('limits are changed and lifted, until the assignment has ended', async () => {
      const { otp, done, acquaintance, addFilm } = arrive()
      const { username } = acquaintance(['Series'])
      const made = await done(() =>
        otp.assign({ guest: username, media: addFilm('Linen'), fence: 'library', expires: '36h' }),
      )

      const later = await done(() => otp.extend({ guest: username, expires: '3d', plays: 4 }))
      expect(later).toMatchObject({ id: made.id, plays: 4, extended: { expiresBefore: made.expiresAt } })
      const lifted = await done(() => otp.changeLimits({ id: made.id, expires: null, plays: null }))
      expect(lifted).not.toHaveProperty('expiresAt')
      expect(lifted).not.toHaveProperty('plays')
      expect(lifted.extended).toEqual({ expiresBefore: later.expiresAt, playsBefore: 4 })
      await refuses(
        otp.changeLimits({ id: made.id }),
        'invalid_input',
        /^expires, plays: expected at least one/,
      )
      await refuses(
        otp.changeLimits({ id: made.id, expires: 'soonish' }),
        'invalid_input',
        /^expires: expected a length such as 36h/,
      )

      const ended = await done(() => otp.endAssignment({ id: made.id, reason: 'Enough.' }))
      expect(ended).toMatchObject({ access: 'restored', ended: [{ state: 'revoked', endReason: 'Enough.' }] })
      expect((await done(() => otp.endAssignment({ id: made.id }))).ended).toMatchObject([{ id: made.id }])
      await refuses(otp.changeLimits({ id: made.id, plays: 9 }), 'conflict', /has ended already/)
    })

    test('a library of their own is made for a guest, and goes with the pass', async () => {
      const { otp, done, acquaintance, addFilm } = arrive()
      const { username } = acquaintance(['Series'])
      const made = await done(() => otp.shareLibrary({ guest: username, media: addFilm('Parchment') }))

      expect(made).toMatchObject({ fence: 'private', privateLibrary: { title: expect.any(String) } })
      const title = made.privateLibrary?.title ?? ''
      const titles = async () => (await otp.libraries()).map((one) => one.title)
      expect(await titles()).toContain(title)
      expect(await done(() => otp.endAll())).toMatchObject({ ended: [{ id: made.id }], access: 'restored' })
      expect(await titles()).not.toContain(title)
    })

    test('assignments come page by page, newest first, by state and by guest', async () => {
      const { otp, done, acquaintance, addFilm } = arrive()
      const people = [acquaintance(['Series']), acquaintance(['Series'])]
      const ids: string[] = []
      for (const { username } of people) {
        const media = addFilm(`Reel of ${username}`)
        ids.push((await done(() => otp.assign({ guest: username, media, fence: 'library' }))).id)
      }
      const open = await otp.assignments({ state: 'ready' })
      expect(open.items.map((one) => one.id)).toEqual(ids.toReversed())

      const first = await otp.assignments({ state: 'ready', limit: 1 })
      expect(first.next).toEqual(expect.any(String))
      const rest = await otp.assignments({ state: 'ready', limit: 1, cursor: first.next ?? '' })
      expect([...first.items, ...rest.items].map((one) => one.id)).toEqual(ids.toReversed())
      const theirs = await otp.assignments({ guest: people[0]?.username ?? '' })
      expect(theirs.items.map((one) => one.id)).toEqual([ids[0]])
      const names = (await otp.guests()).map((one) => one.username)
      expect(names.sort()).toEqual(people.map((one) => one.username).sort())

      await refuses(otp.assignments({ cursor: 'else where' }), 'invalid_input', /^cursor: expected the value/)
      const { ended } = await done(() => otp.endAll())
      expect(ended.map((one) => one.id).sort()).toEqual(ids.sort())
      expect(await otp.assignments({ state: 'ready' })).toEqual({ items: [], next: null })
    })

    test('a guest is found by every name; who else there is, is not', async () => {
      const { otp, done, acquaintance, addFilm, world } = arrive()
      const friend = acquaintance(['Series'])
      const plexId = String(friend.plexId)
      await done(() => otp.assign({ guest: friend.username, media: addFilm('Clover'), fence: 'library' }))

      for (const name of [friend.username, friend.email, plexId]) {
        expect(await otp.guest(name)).toMatchObject({ plexId, assignments: [{ media: { title: 'Clover' } }] })
      }
      expect(await otp.watched()).toMatchObject([{ plexId, username: friend.username }])
      const friends = await otp.friends()
      expect(friends).toContainEqual({ plexId, username: friend.username, email: friend.email, home: false })
      await refuses(otp.guest('nobody.here'), 'guest_not_found', /^"nobody.here" is no guest that OTP knows/)
      await refuses(otp.unassign({ guest: 'nobody.here' }), 'guest_not_found', /nobody.here/)
      await done(() => otp.unassign({ guest: plexId }))
      expect(await otp.guest(plexId)).toMatchObject({ plexId, assignments: [] })
      await refuses(otp.unassign({ guest: plexId }), 'assignment_not_found', /has no open assignment/)
      await refuses(
        otp.assign({ guest: world.owner.username, media: addFilm('Thistle') }),
        'guest_not_assignable',
        /owns this server/,
      )
    })

    test('standing access is given to a library, by its title or its key', async () => {
      const { otp, done, newcomer } = arrive()
      const [one, another] = [newcomer(), newcomer()]
      const films = (await otp.libraries()).find((it) => it.title === 'Films')

      const given = await done(() => otp.invite({ invitee: one.username, library: 'films' }))
      const byKey = await done(() => otp.invite({ invitee: another.username, library: films?.key ?? '' }))
      expect([given, byKey]).toMatchObject([
        { invitee: one.username, purpose: 'standing', library: 'Films', state: 'sent', by: 'key:owner' },
        { invitee: another.username, purpose: 'standing', library: 'Films' },
      ])
      const page = await otp.invitations({ limit: 1 })
      expect(page.items.map((it) => it.id)).toEqual([byKey.id])
      const next = await otp.invitations({ limit: 1, cursor: page.next ?? '' })
      expect(next.items.map((it) => it.id)).toEqual([given.id])
      await refuses(
        otp.invite({ invitee: one.username, library: 'Attic' }),
        'library_not_found',
        /^There is no library called "Attic". The server has: /,
      )
    })

    test('what strays is on record, can be decided about once, and a live stream can be ended', async () => {
      const { otp, done, acquaintance, addFilm, world, passUntil, clock } = arrive()
      const { username } = acquaintance(['Series'])
      const [lent, other] = [addFilm('Ochre'), addFilm('Umber')]
      await done(() => otp.assign({ guest: username, media: lent, fence: 'library' }))
      const since = new Date(clock.now()).toISOString()

      world.play(username, other)
      const found = await passUntil('the violation', async () => (await otp.violations({ since })).items[0])
      expect(found).toMatchObject({
        guest: { username },
        media: { ratingKey: other, title: 'Umber' },
        allowed: [{ ratingKey: lent }],
        player: { product: expect.any(String), device: expect.any(String) },
        repeats: 0,
      })
      const ended = await passUntil('the stream to be over', async () => {
        const one = await otp.violation(found.id)
        return one.endedAt === undefined ? undefined : one
      })
      expect(ended.enforcement).toMatchObject([{ rung: 'terminate' }])
      expect((await otp.violations({ guest: username, limit: 1 })).items).toMatchObject([{ id: found.id }])

      const decided = await done(() => otp.resolve({ id: found.id, action: 'allow_once' }))
      expect(decided.resolution).toMatchObject({ action: 'allow_once', by: 'key:owner' })
      await refuses(otp.resolve({ id: found.id, action: 'revoke' }), 'conflict', /decided already/)
      const { assignments } = await otp.guest(username)
      expect(assignments).toContainEqual(
        expect.objectContaining({ media: expect.objectContaining({ ratingKey: other }), plays: 1 }),
      )

      world.play(username, lent)
      const session = await passUntil('the session', async () =>
        (await otp.sessions()).find((one) => one.media?.ratingKey === lent),
      )
      expect(session).toMatchObject({ guest: { username }, state: 'playing', verdict: 'allowed' })
      const stopped = await done(() => otp.endSession({ id: session.id, reason: 'Dinner is ready.' }))
      expect(stopped.id).toBe(session.id)
      await refuses(otp.endSession({ id: 'no-such-play' }), 'not_found', /no stream of a guest with the id/)
      await refuses(otp.violation('no-such-thing'), 'violation_not_found', /no violation with the id/)
      await done(() => otp.unassign({ guest: username }))
    })

    test('titles are found, shown, and looked into', async () => {
      const { otp, media, addFilm } = arrive()
      const film = addFilm('Marzipan Morning', { year: 2001 })

      expect((await otp.search('marzipan')).map((one) => one.ratingKey)).toEqual([film])
      expect(await otp.search('xyzzy')).toEqual([])
      expect(await otp.media(film)).toMatchObject({ type: 'movie', title: 'Marzipan Morning', year: 2001 })
      const seasons = await otp.mediaIn(media.show)
      expect(seasons.map((one) => [one.type, one.season])).toEqual([
        ['season', 1],
        ['season', 2],
      ])
      const [season] = seasons
      const episodes = await otp.mediaIn(season?.ratingKey ?? '')
      expect(episodes.map((one) => one.episode)).toEqual([1, 2, 3])
      expect(await otp.mediaIn(film)).toEqual([])
      await refuses(otp.media('9999'), 'media_not_found', /nothing with the rating key 9999/)
      await refuses(otp.mediaIn('9999'), 'media_not_found', /nothing with the rating key 9999/)
      await refuses(
        otp.assign({ guest: 'friend.two', media: '9999' }),
        'media_not_found',
        /Search for the title/,
      )
    })

    test('a library is made, and removed by its exact title only', async () => {
      const { otp, done, disk } = arrive()
      const folder = join(disk, 'media', 'Shorts')
      mkdirSync(folder, { recursive: true })
      const wanted = { title: 'Shorts', type: 'movie' as const, folders: [folder], language: 'en-US' }

      const made = await done(() => otp.makeLibrary(wanted))
      expect(made).toMatchObject({ title: 'Shorts', type: 'movie', folders: [folder] })
      await refuses(otp.makeLibrary(wanted), 'conflict', /has a library called "Shorts" already/)
      await refuses(
        otp.makeLibrary({ ...wanted, title: 'Other', folders: ['media'] }),
        'invalid_input',
        /^path: expected an absolute path/,
      )
      await refuses(otp.makeLibrary({ ...wanted, title: 'Other', folders: [] }), 'invalid_input', /^path: /)
      await refuses(otp.removeLibrary({ key: made.key }), 'invalid_input', /^confirm: expected "Shorts"/)
      await refuses(otp.removeLibrary({ key: made.key, confirm: 'shorts' }), 'invalid_input', /^confirm: /)
      await refuses(
        otp.removeLibrary({ key: '999', confirm: 'Shorts' }),
        'library_not_found',
        /no library with the key 999/,
      )
      const gone = await done(() => otp.removeLibrary({ key: made.key, confirm: 'Shorts' }))
      expect(gone).toMatchObject({ removed: { key: made.key, title: 'Shorts' } })
      expect(gone.note).toContain('never deletes media')
    })

    test('keys are made once, listed without their secret, and removed', async () => {
      const { otp } = arrive()
      const made = await otp.makeKey({ name: 'kitchen', scope: 'read' })

      expect(made).toEqual({ name: 'kitchen', scope: 'read', key: expect.stringMatching(/^otp_/) })
      const [listed] = await otp.keys()
      expect(listed).toMatchObject({ name: 'kitchen', scope: 'read', createdBy: 'key:owner' })
      expect(JSON.stringify(listed)).not.toContain(made.key)
      await refuses(otp.makeKey({ name: 'kitchen', scope: 'admin' }), 'conflict', /called "kitchen" already/)
      await refuses(otp.makeKey({ name: 'owner', scope: 'read' }), 'conflict', /"owner"/)
      expect(await otp.removeKey('kitchen')).toMatchObject({ name: 'kitchen' })
      await refuses(otp.removeKey('kitchen'), 'not_found', /no key called "kitchen"/)
      await refuses(otp.removeKey('owner'), 'conflict', /stands in the configuration/)
    })

    test('the monitor is stopped and started, and says by whom', async () => {
      const { otp, done } = arrive()
      const stopped = await done(() => otp.stopMonitor())

      expect(stopped).toMatchObject({ running: false, since: { by: 'key:owner' } })
      expect(await done(() => otp.startMonitor())).toMatchObject({
        running: true,
        since: { by: 'key:owner' },
      })
      expect(await otp.status()).toMatchObject({
        running: true,
        plex: { ok: true },
        push: { state: 'off' },
        ladder: ['terminate', 'stop', 'unshare'],
        capabilities: { plexPass: true, canTerminate: true, canRestrict: true },
      })
    })

    test('the server is looked over, and what nothing needs any more is taken away', async () => {
      const { otp, done, world } = arrive()
      const report = await done(() => otp.server())

      expect(report).toMatchObject({
        ok: true,
        machineIdentifier: world.machineIdentifier,
        account: { ok: true, owner: { username: world.owner.username } },
        passedOver: [],
      })
      expect(report.checks.length).toBeGreaterThan(3)
      expect(report.drift).toEqual(expect.any(Array))
      expect(await done(() => otp.repair())).toMatchObject({ repaired: [], passedOver: [] })
    })

    test('signing in begins with a link, and a server is one of the owner’s', async () => {
      const { otp, done, plexServer, world } = arrive()
      const pin = await done(() => otp.beginSignIn())

      expect(pin.link).toMatch(/^https:/)
      expect(await done(() => otp.checkSignIn(pin.id))).toMatchObject({ state: 'waiting' })
      const servers = await done(() => otp.ownedServers())
      expect(servers.find((one) => one.inUse)).toMatchObject({ machineIdentifier: world.machineIdentifier })
      await refuses(
        done(() => otp.chooseServer({ machineIdentifier: 'elsewhere' })),
        'not_found',
        /./,
      )
      const chosen = await done(() => otp.chooseServer({ machineIdentifier: world.machineIdentifier }))
      expect(chosen).toMatchObject({ machineIdentifier: world.machineIdentifier, url: plexServer.url })
    })

    test('what cannot be lent is refused, with the reason and what would do', async () => {
      const { otp, done, newcomer, acquaintance, addFilm } = arrive()
      const film = addFilm('Basalt')
      const friend = acquaintance(['Series']).username
      const stranger = newcomer().username
      const lend = (more: object) => done(() => otp.assign({ guest: friend, media: film, ...more }))

      await refuses(lend({ guest: stranger, invite: false }), 'guest_not_found', new RegExp(`^"${stranger}"`))
      await refuses(lend({ expires: 'soonish' }), 'invalid_input', /got "soonish"/)
      await refuses(lend({ expires: '2020-01-01T00:00:00Z' }), 'invalid_input', /is over already/)
      await refuses(lend({ fence: 'label' }), 'fence_unavailable', /^The fence "label" cannot be put up/)
      await refuses(lend({ fence: 'item' }), 'fence_unavailable', /^The fence "item" cannot be put up/)
      await refuses(
        otp.assignment('no-such-pass'),
        'assignment_not_found',
        /no assignment with the id no-such/,
      )
      await refuses(otp.endAssignment({ id: 'no-such-pass' }), 'assignment_not_found', /no-such-pass/)
      await refuses(otp.extend({ guest: 'nobody.here', expires: '2d' }), 'guest_not_found', /nobody.here/)
      await refuses(otp.resolve({ id: 'v0', action: 'dismiss' }), 'violation_not_found', /v0/)
    })
  })
}

/** The same code and the same sentence, whichever way was taken. */
async function refuses(work: Promise<unknown>, code: string, sentence: RegExp): Promise<void> {
  await expect(work).rejects.toMatchObject({ code, message: expect.stringMatching(sentence) })
}
