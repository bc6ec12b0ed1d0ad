import { describe, expect, test } from 'vitest'
import { anEvening, type Evening, minute } from '../support/evening.js'
import { until } from '../support/until.js'

async function anInvitingEvening() {
  const evening = await anEvening()
  await evening.start()
  const stranger = { plex: 'guest.one', library: 'Films', member: evening.guest }
  return { ...evening, stranger, asked: await evening.soon(evening.admin.slash('/invite', stranger)) }
}

/** How many invitations OTP knows of, whatever became of them. */
async function invitations({ api }: Pick<Evening, 'api'>): Promise<number> {
  return (await api('GET', '/api/v1/invitations')).text.match(/"id":/g)?.length ?? 0
}

describe('/invite', () => {
  test('asks before a stranger is invited; Confirm invites, and pressed again it says so', async () => {
    const evening = await anInvitingEvening()
    const { admin, soon, asked, discord } = evening
    expect(asked.text.replaceAll('\\', '')).toContain('guest.one is not a friend of this server yet.')
    expect(asked.buttons.map(({ label }) => label)).toEqual(['Confirm', 'Cancel'])
    expect(asked.ephemeral).toBe(true)
    expect(await invitations(evening)).toBe(0)

    const [first, second] = await soon(
      Promise.all([admin.click(asked, 'Confirm'), admin.click(asked, 'Confirm')]),
    )
    const texts = [first?.text, second?.text]
    expect(texts).toContain('guest.one is invited to Films.')
    expect(texts).toContain('That has been answered already.')
    expect(await invitations(evening)).toBe(1)
    expect(discord.pings()).toEqual([])
  })

  test('two who invite the same stranger at once make one invitation, and the guest hears of it once', async () => {
    const evening = await anEvening()
    await evening.start()
    const { api, guest, soon, pass, dms } = evening
    const body = { invitee: 'guest.one', library: 'Films', discordUserId: guest.id }
    const ask = () => api('POST', '/api/v1/invitations', body)
    const [first, other] = await soon(Promise.all([ask(), ask()]))
    const later = await soon(ask())

    expect(first).toMatchObject({ status: 201, json: { result: { state: 'sent' } } })
    expect([other?.json, later.json]).toEqual([first?.json, first?.json])
    await pass(10_000)
    expect(await invitations(evening)).toBe(1)
    expect(dms()).toHaveLength(1)
  })

  test('Cancel invites nobody', async () => {
    const evening = await anInvitingEvening()
    const { admin, soon, asked } = evening
    expect((await soon(admin.click(asked, 'Cancel'))).text).toBe('Nothing was changed.')
    expect(await invitations(evening)).toBe(0)
  })

  test('does not ask about a friend', async () => {
    const evening = await anEvening({ before: ({ world }) => world.shareWith('friend.two', ['Films']) })
    await evening.start()
    const seen = await evening.soon(evening.admin.slash('/invite', { plex: 'friend.two', library: 'Series' }))
    expect(seen.buttons).toEqual([])
    expect(await invitations(evening)).toBe(1)
  })

  test('is asked and answered by admins only', async () => {
    const evening = await anEvening()
    const { discord, guest, soon, config } = evening
    config.discord.adminRoleIds = [discord.adminRoleId]
    await evening.start()
    const holder = discord.person('cleo', { adminRole: true })
    const stranger = { plex: 'guest.one', library: 'Films' }
    const refusal = 'Only the admins of this server can do that.'

    expect((await soon(guest.slash('/invite', stranger))).text).toContain(refusal)
    const asked = await soon(holder.slash('/invite', stranger))
    holder.demote()
    expect((await soon(holder.click(asked, 'Confirm'))).text).toContain(refusal)
    expect(await invitations(evening)).toBe(0)
  })

  test('answered after a quarter of an hour or a restart, the question is no longer valid', async () => {
    const evening = await anInvitingEvening()
    const { admin, soon, clock, stranger, asked, stop, start, discord } = evening
    await clock.leap(14 * minute + 59_000)
    const kept = await soon(admin.slash('/invite', stranger))
    await clock.leap(2_000)
    expect((await soon(admin.click(asked, 'Confirm'))).text).toContain('no longer valid')
    await stop()
    await start()
    await until('the next login', () => discord.gateway.connected() === 1)
    expect((await soon(admin.click(kept, 'Confirm'))).text).toContain('no longer valid')
    expect(await invitations(evening)).toBe(0)
  })

  test('asks in the language of the reader', async () => {
    const evening = await anInvitingEvening()
    const anna = evening.discord.person('anna', { admin: true, locale: 'de' })
    const asked = await evening.soon(anna.slash('/invite', evening.stranger))
    expect(asked.text).toContain('mit Zugriff auf Films?')
    expect((await evening.soon(anna.click(asked, 'Ja, machen'))).text).toContain('Zugriff auf Films')
  })
})
