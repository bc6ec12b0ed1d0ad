import { describe, expect, it } from 'vitest'
import { createPeople } from '../../src/core/access/people.js'
import type { Guest } from '../../src/core/model.js'
import { guestId } from '../../src/core/records.js'
import { createMemoryStore } from '../../src/store/memory.js'
import { aGuest, anOwner, aPerson, minute, second, theServer } from '../support/builders.js'
import { createTestClock } from '../support/clock.js'
import { createFakePlex } from '../support/fake-plex.js'

/** A plex.tv with an owner, and guests whom OTP remembers. */
async function aScene(...guests: Guest[]) {
  const clock = createTestClock()
  const plex = createFakePlex(clock)
  const store = createMemoryStore()
  plex.setOwner(anOwner())
  for (const one of guests) {
    const id = guestId(one.machineIdentifier, one.plexId)
    await store.commit([{ kind: 'guest', id, record: one, unless: 'exists' }])
  }
  const people = createPeople({ plexAccount: plex.account, store, clock })
  const resolve = (who: { guest?: string; discordUserId?: string }, mayInvite = true) =>
    people.resolve(who, theServer, mayInvite)

  return { clock, plex, people, resolve }
}

describe('whom an admin means', () => {
  it.each(['guest', 'GUEST', ' guest ', '7001', 'guest@example.test', 'Guest@Example.Test'])(
    'a friend is found as "%s"',
    async (name) => {
      const { plex, resolve } = await aScene()
      plex.befriend(aPerson())

      expect(await resolve({ guest: name })).toMatchObject({
        kind: 'known',
        person: { plexId: '7001', username: 'guest' },
        connected: true,
      })
    },
  )

  it('somebody with a share is known with it, also while the invitation waits', async () => {
    const { plex, resolve } = await aScene()
    plex.accounts.push(aPerson())
    plex.share('7001', ['1'], { accepted: false })

    expect(await resolve({ guest: 'guest' })).toMatchObject({
      connected: true,
      share: { accepted: false, libraryKeys: ['1'] },
    })
  })

  it('a guest from before is known, though not connected any more', async () => {
    const { resolve } = await aScene(aGuest({ watched: false }))
    const somebody = await resolve({ guest: 'guest' })

    expect(somebody).toMatchObject({ kind: 'known', connected: false, guest: { plexId: '7001' } })
    expect(somebody).not.toHaveProperty('share')
  })

  it('a guest of another server is known as a person, without the record of that server', async () => {
    const { plex, resolve } = await aScene(aGuest({ machineIdentifier: 'server-two' }))
    plex.befriend(aPerson())

    expect(await resolve({ guest: 'guest' })).not.toHaveProperty('guest')
  })

  it('a friend who was renamed bears the new name', async () => {
    const { plex, resolve } = await aScene(aGuest({ username: 'old-name' }))
    plex.befriend(aPerson({ username: 'new-name' }))

    expect(await resolve({ guest: '7001' })).toMatchObject({ person: { username: 'new-name' } })
    expect(await resolve({ guest: 'new-name' })).toMatchObject({ person: { plexId: '7001' } })
  })

  it('a name of two accounts is asked back, with their ids', async () => {
    const { plex, resolve } = await aScene()
    plex.befriend(aPerson({ plexId: '7001', username: '7002' }))
    plex.befriend(aPerson({ plexId: '7002', username: 'other' }))

    await expect(resolve({ guest: '7002' })).rejects.toMatchObject({
      code: 'ambiguous',
      candidates: [
        { value: '7001', label: '7002 (7001)' },
        { value: '7002', label: 'other (7002)' },
      ],
    })
  })

  it.each(['owner', 'OWNER@example.test', '9000'])('the owner (%s) is never a guest', async (name) => {
    const { resolve } = await aScene()

    await expect(resolve({ guest: name })).rejects.toMatchObject({
      code: 'guest_not_assignable',
      message: expect.stringContaining('owns this server'),
    })
  })

  it('a member of the Plex Home is never a guest', async () => {
    const { plex, resolve } = await aScene()
    plex.befriend(aPerson({ username: 'child' }), true)

    await expect(resolve({ guest: 'child' })).rejects.toMatchObject({
      code: 'guest_not_assignable',
      message: expect.stringContaining('Plex Home'),
    })
  })
})

describe('somebody whom nobody knows', () => {
  it.each(['stranger', 'stranger@example.test'])('is invited as "%s"', async (name) => {
    const { resolve } = await aScene()

    expect(await resolve({ guest: ` ${name} ` })).toEqual({ kind: 'stranger', invitee: name })
  })

  it('is not found when nobody may be invited', async () => {
    const { resolve } = await aScene()

    await expect(resolve({ guest: 'stranger' }, false)).rejects.toMatchObject({ code: 'guest_not_found' })
  })

  it('is not found either when only remembered', async () => {
    const { resolve } = await aScene(aGuest({ watched: false }))

    await expect(resolve({ guest: 'guest' }, false)).rejects.toMatchObject({ code: 'guest_not_found' })
  })

  it('is never invited by digits, which are a mistyped id', async () => {
    const { resolve } = await aScene()

    await expect(resolve({ guest: '70011' })).rejects.toMatchObject({ code: 'guest_not_found' })
  })

  it.each(['two words', 'x', '<script>', 'a&b', 'x'.repeat(255)])(
    'is not invited as "%s", which is no name',
    async (name) => {
      const { resolve } = await aScene()

      await expect(resolve({ guest: name })).rejects.toMatchObject({ code: 'invalid_input' })
    },
  )

  it('keeps their e-mail address out of the sentence', async () => {
    const { resolve } = await aScene()
    const refusal = resolve({ guest: 'stranger@example.test' }, false)

    await expect(refusal).rejects.toThrow(/^That e-mail address/)
    await expect(refusal).rejects.not.toThrow(/stranger/)
  })
})

describe('a Discord member', () => {
  it('alone names the guest who is linked to them', async () => {
    const { plex, resolve } = await aScene(aGuest({ discordUserId: '42' }))
    plex.befriend(aPerson())

    expect(await resolve({ discordUserId: '42' })).toMatchObject({ person: { plexId: '7001' } })
  })

  it('who is linked to two accounts is asked back, with both', async () => {
    const other = aGuest({ plexId: '7002', username: 'other', discordUserId: '42' })
    const { people, resolve } = await aScene(aGuest({ discordUserId: '42' }), other)
    const asked = { code: 'ambiguous', candidates: [{ value: '7001' }, { value: '7002' }] }

    await expect(resolve({ discordUserId: '42' })).rejects.toMatchObject(asked)
    await expect(people.guest('42')).rejects.toMatchObject(asked)
  })

  it('who is linked to a guest of two servers names one person', async () => {
    const elsewhere = aGuest({ discordUserId: '42', machineIdentifier: 'server-two' })
    const { people, resolve } = await aScene(aGuest({ discordUserId: '42' }), elsewhere)

    expect(await resolve({ discordUserId: '42' })).toMatchObject({ person: { plexId: '7001' } })
    expect(await people.guest('42')).toMatchObject({ plexId: '7001' })
  })

  it('who is not linked cannot be named alone', async () => {
    const { resolve } = await aScene(aGuest({ discordUserId: '42' }))

    await expect(resolve({ discordUserId: '43' })).rejects.toMatchObject({
      code: 'guest_not_found',
      message: expect.stringContaining('Plex username'),
    })
  })

  it('beside a name does not outweigh it', async () => {
    const { plex, resolve } = await aScene(aGuest({ discordUserId: '42' }))
    plex.befriend(aPerson({ plexId: '7002', username: 'other' }))

    expect(await resolve({ guest: 'other', discordUserId: '42' })).toMatchObject({
      person: { plexId: '7002' },
    })
  })

  it.each([{}, { guest: '  ' }])('or a name is needed, not %o', async (who) => {
    const { resolve } = await aScene()

    await expect(resolve(who)).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

describe('a guest that OTP has a record of', () => {
  const linked = aGuest({ discordUserId: '42', email: 'guest@example.test' })

  it.each(['guest', '7001', '42', ' GUEST@example.test '])('is found as "%s"', async (name) => {
    const { people } = await aScene(linked, aGuest({ plexId: '7002', username: 'other' }))

    expect(await people.guest(name)).toEqual(linked)
  })

  it('is found when not watched any more', async () => {
    const { people } = await aScene(aGuest({ watched: false }))

    expect(await people.guest('guest')).toMatchObject({ watched: false })
  })

  it('is not just any friend', async () => {
    const { plex, people } = await aScene()
    plex.befriend(aPerson())

    await expect(people.guest('guest')).rejects.toMatchObject({ code: 'guest_not_found' })
  })

  it('is asked back when two bear the name', async () => {
    const { people } = await aScene(aGuest(), aGuest({ plexId: '7002' }))

    await expect(people.guest('guest')).rejects.toMatchObject({ code: 'ambiguous' })
  })
})

describe('the list of friends', () => {
  it('is kept for a minute', async () => {
    const { clock, plex, people } = await aScene()
    await people.friends()
    plex.befriend(aPerson())
    await clock.advance(minute)
    expect(await people.friends()).toEqual([])

    await clock.advance(second)
    expect(await people.friends()).toMatchObject([{ plexId: '7001' }])
  })

  it('is read anew for an assignment, so that a new friend is no stranger', async () => {
    const { plex, people, resolve } = await aScene()
    await people.friends()
    plex.befriend(aPerson())

    expect(await resolve({ guest: 'guest' })).toMatchObject({ kind: 'known' })
  })
})
