import { describe, expect, test } from 'vitest'
import { english } from '../../src/core/messages/english.js'
import type { MediaItem } from '../../src/core/model.js'
import type { AdminNotice, GuestNotice, Notice } from '../../src/core/telling/notices.js'
import { message } from '../../src/discord/message.js'
import { noticeMessage } from '../../src/discord/notices.js'
import { reasonOf } from '../../src/discord/redact.js'
import { bareLink, cut, escaped, instant, plain, seconds } from '../../src/discord/text.js'
import { messageErrors } from '../../src/simulator/discord/limits.js'
import { renderMessage } from '../../src/simulator/discord/render.js'
import { MessageBody } from '../../src/simulator/discord/shapes.js'
import { aGuestRef, anAssignment, anItem, aViolation } from './fakes.js'

const NOW = Date.UTC(2026, 10, 22, 19, 0, 0)
const link = 'https://app.plex.tv/desktop/#!/server/server/details?key=%2Flibrary%2Fmetadata%2F1042'
const reader = { now: NOW, nameOf: (id: string) => id }

function shown(notice: Notice): string {
  const { content, embeds, components } = MessageBody.parse(noticeMessage(english.discord, notice))
  return renderMessage({ content: content ?? '', embeds: embeds ?? [], components: components ?? [] }, reader)
}

function toGuest(notice: GuestNotice): string {
  return shown({ to: 'guest', guest: aGuestRef(), notice })
}

function toAdmins(notice: AdminNotice): string {
  return shown({ to: 'admins', notice })
}

describe('a guest is told', () => {
  test('of a pass, with the deadline in the own zone and the link', () => {
    const notice: GuestNotice = {
      kind: 'assigned',
      media: anItem(),
      link,
      expiresAt: NOW + 36 * 3_600_000,
      pending: false,
      everythingElseStops: true,
    }
    expect(toGuest(notice)).toMatchInlineSnapshot(
      `"You have a guest pass for Arrival (2016). / While you have this pass, everything else you play on that server is ended. / It is yours until 2026-11-24 07:00 UTC (in 36 hours). / Open it here: https://app.plex.tv/desktop/#!/server/server/details?key=%2Flibrary%2Fmetadata%2F1042"`,
    )
    expect(noticeMessage(english.discord, { to: 'guest', guest: aGuestRef(), notice }).content).toContain(
      instant(NOW + 36 * 3_600_000),
    )
  })

  test('how to begin, when an invitation has to be accepted first', () => {
    expect(
      toGuest({ kind: 'assigned', media: anItem(), link, pending: true, everythingElseStops: false }),
    ).toMatchInlineSnapshot(
      `"You have a guest pass for Arrival (2016). / Plex has sent you an invitation. To get started: / 1. Accept it, from the e-mail or at https://app.plex.tv with your Plex account. / 2. If Plex asks you to, confirm your e-mail address at https://www.plex.tv; it does not let you in before. / 3. Wait for my next message: it comes by itself within a minute or two. / 4. Then open this link and press play, in the browser or in the Plex app of your TV or phone: https://app.plex.tv/desktop/#!/server/server/details?key=%2Flibrary%2Fmetadata%2F1042"`,
    )
  })

  test('kindly, when a stream was ended', () => {
    const played = anItem({ title: 'Heat', year: 1995 })

    expect(
      toGuest({ kind: 'strayed', played, allowed: [anItem()], link, slip: false }),
    ).toMatchInlineSnapshot(
      `"I ended Heat (1995): it is not on your pass. / You may watch Arrival (2016). / Open it here: https://app.plex.tv/desktop/#!/server/server/details?key=%2Flibrary%2Fmetadata%2F1042"`,
    )
    expect(toGuest({ kind: 'strayed', played, allowed: [], slip: true })).toMatchInlineSnapshot(
      `"Heat (1995) started by itself after your title, so I ended it. No harm done: it is just not on your pass. / There is nothing on your pass at the moment."`,
    )
  })

  test('how a pass ended, and why', () => {
    expect(toGuest({ kind: 'ended', media: anItem(), state: 'finished' })).toMatchInlineSnapshot(
      `"You have finished Arrival (2016). I hope you enjoyed it! The pass has ended."`,
    )
    expect(toGuest({ kind: 'ended', media: anItem(), state: 'expired' })).toMatchInlineSnapshot(
      `"The time for Arrival (2016) is over, so the pass has ended."`,
    )
    expect(
      toGuest({ kind: 'ended', media: anItem(), state: 'revoked', reason: 'moved *away*' }),
    ).toMatchInlineSnapshot(`"Your pass for Arrival (2016) has ended. / Reason: moved *away*"`)
  })

  test('of standing access to a library', () => {
    expect(toGuest({ kind: 'invited', library: 'Films', pending: false })).toMatchInlineSnapshot(
      `"You have access to the library Films."`,
    )
    expect(toGuest({ kind: 'invited', library: 'Films', pending: true })).toMatchInlineSnapshot(
      `"You are invited to the library Films. To get started: / 1. Accept it, from the e-mail or at https://app.plex.tv with your Plex account. / 2. If Plex asks you to, confirm your e-mail address at https://www.plex.tv; it does not let you in before. / 3. Open Plex, in the browser or its app: the library is among your sources."`,
    )
  })
})

describe('the admins are told', () => {
  test('of a violation, with what was done and how long it took', () => {
    const violation = aViolation({
      enforcement: [
        { rung: 'terminate', at: NOW, outcome: 'accepted', stream: '3', tookMs: 740 },
        { rung: 'stop', at: NOW, outcome: 'refused', stream: '3', tookMs: 12_000, reason: 'Player *gone*' },
      ],
      repeats: 2,
      endedAt: NOW + 1_900,
    })
    expect(toAdmins({ kind: 'violation', violation })).toMatchInlineSnapshot(
      `"Stream ended / seen 2026-11-22 19:00 UTC / Guest: bob / Played: Heat (1995) / Where: Plex for Android (TV) on Shield / On the pass: Arrival (2016) / Done: End the stream: done after 0.7 s / Stop the player: refused after 12 s (Player *gone*) / Gone after 1.9 s / Repeats: 2 times more, last in 0 seconds / [Allow once] [Assign this] [Revoke] [Dismiss]"`,
    )
  })

  test('of a violation that could not be ended', () => {
    const violation = aViolation({
      player: { machineId: '', product: '', device: '', platform: '' },
      allowed: [],
      slip: true,
      enforcement: [
        { rung: 'terminate', at: NOW, outcome: 'impossible', stream: '3', reason: 'No Plex Pass.' },
      ],
    })
    expect(toAdmins({ kind: 'violation', violation })).toMatchInlineSnapshot(
      `"Stream could not be ended / seen 2026-11-22 19:00 UTC / The next episode started by itself. / Guest: bob / Played: Heat (1995) / Where: an unknown player / On the pass: nothing / Done: End the stream: not possible (No Plex Pass.) / [Allow once] [Assign this] [Revoke] [Dismiss]"`,
    )
  })

  test('of everything else in a line', () => {
    const guest = aGuestRef()
    const notice: GuestNotice = { kind: 'ready', media: anItem(), link }
    const assignment = anAssignment({ state: 'expired' })

    expect(
      [
        toAdmins({ kind: 'assignment-ended', assignment, accessLeft: true, reason: 'time' }),
        toAdmins({ kind: 'invitation-accepted', guest, media: anItem() }),
        toAdmins({ kind: 'invitation-failed', invitee: 'bob@example.com', reason: 'The server is full.' }),
        toAdmins({ kind: 'dm-blocked', guest, notice }),
        toAdmins({ kind: 'plex-down', since: NOW, reason: 'Refused.' }),
        toAdmins({ kind: 'plex-up', since: NOW }),
        toAdmins({ kind: 'access-gone', guest, media: anItem() }),
      ].join('\n'),
    ).toMatchInlineSnapshot(`
      "The time of bob for Arrival (2016) is over; the pass has ended. / Reason: time / plex.tv has not confirmed yet that the access is gone. OTP goes on trying by itself.
      bob has accepted the invitation; the pass for Arrival (2016) is ready.
      The invitation of that e-mail address failed. The server is full.
      bob accepts no direct messages from me. Please pass this on: / > Your pass for Arrival (2016) is ready. Enjoy! / > Open it here: https://app.plex.tv/desktop/#!/server/server/details?key=%2Flibrary%2Fmetadata%2F1042 / > It plays in the browser at https://app.plex.tv and in the Plex app of your TV or phone.
      Plex has not answered since 2026-11-22 19:00 UTC. Refused. Nobody is watched until it does; nothing counts as finished.
      Plex answers again; it had been away since 2026-11-22 19:00 UTC.
      plex.tv has confirmed it: the access that bob had for Arrival (2016) is gone."
    `)
  })
})

describe('hostile texts', () => {
  const title = `**@everyone** <@1400000000000000001> [x](http://evil.example) \u202Egnp.exe ${'😀'.repeat(3_000)}`
  const hostile: MediaItem = anItem({ title })

  test('never make a message longer than Discord takes', () => {
    const violation = aViolation({
      media: hostile,
      guest: aGuestRef({ username: title }),
      allowed: Array.from({ length: 40 }, () => hostile),
      player: { machineId: '', product: title, device: title, platform: title },
      enforcement: Array.from({ length: 30 }, () => ({
        rung: 'terminate' as const,
        at: NOW,
        outcome: 'refused' as const,
        stream: '1',
        reason: title,
      })),
    })
    const notices: Notice[] = [
      { to: 'admins', notice: { kind: 'violation', violation } },
      { to: 'admins', notice: { kind: 'invitation-failed', invitee: title, reason: title } },
      {
        to: 'guest',
        guest: aGuestRef(),
        notice: { kind: 'strayed', played: hostile, allowed: [hostile, hostile], slip: false },
      },
    ]
    for (const notice of notices) {
      expect(messageErrors(MessageBody.parse(noticeMessage(english.discord, notice)))).toBeUndefined()
    }
  })

  test('show as they are written', () => {
    expect(escaped('a *b* <@1> \u202E\n# c')).toBe('a \\*b\\* \\<\\@1\\> \\# c')
    expect(plain('  a\tb\u0000\u200Bc ')).toBe('a b c')
  })

  test('are cut without splitting a character or an escape', () => {
    expect(cut('abcdef', 4)).toBe('abc…')
    expect(cut('ab😀cd', 4)).toBe('ab…')
    expect(cut('ab\\*cd', 4)).toBe('ab…')
    expect(cut('abc', 3)).toBe('abc')
    expect(bareLink('https://a.example/x y>')).toBe('<https://a.example/x%20y%3E>')
  })

  test('a message is cut to all of its limits together', () => {
    const field = { name: 'n'.repeat(300), value: 'v'.repeat(1_100) }
    const fields = [{ name: 'empty', value: ' ' }, ...Array.from({ length: 30 }, () => field)]
    const fitted = message({
      content: 'c'.repeat(2_100),
      embeds: [{ title: 't'.repeat(300), description: 'd'.repeat(5_000), footer: { text: 'f' }, fields }],
    })

    expect(messageErrors(MessageBody.parse(fitted))).toBeUndefined()
    expect(fitted.content).toHaveLength(2_000)
  })
})

test('times are short', () => {
  expect([seconds(740), seconds(1_949), seconds(12_400)]).toEqual(['0.7 s', '1.9 s', '12 s'])
})

test('what could be used by its reader is taken out of a reason', () => {
  const error = new Error(
    'POST https://discord.com/api/v10/interactions/14300000/aW50ZXJh/callback with my.bot.token for bob@example.com',
  )
  expect(reasonOf(error, 'my.bot.token')).toBe(
    'POST https://discord.com/api/v10/interactions/14300000/[hidden]/callback with [hidden] for [hidden]',
  )
})
