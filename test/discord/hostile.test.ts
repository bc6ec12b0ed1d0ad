import { describe, expect, test } from 'vitest'
import type { AssignAnswer } from '../../src/core/api.js'
import { OtpError } from '../../src/core/errors.js'
import { english } from '../../src/core/messages/english.js'
import { german } from '../../src/core/messages/german/index.js'
import type { Invitation, MediaItem } from '../../src/core/model.js'
import type { AdminNotice, GuestNotice, Notice } from '../../src/core/telling/notices.js'
import type { Reply } from '../../src/discord/command.js'
import { refusal } from '../../src/discord/errors.js'
import { doneQuestion, ownPasses, withLink } from '../../src/discord/guest-replies.js'
import { type MessageJson, message } from '../../src/discord/message.js'
import * as monitorReplies from '../../src/discord/monitor-replies.js'
import { titleChoice } from '../../src/discord/names.js'
import { noticeMessage } from '../../src/discord/notices.js'
import * as replies from '../../src/discord/replies.js'
import { escaped } from '../../src/discord/text.js'
import { messageErrors } from '../../src/simulator/discord/limits.js'
import { MessageBody } from '../../src/simulator/discord/shapes.js'
import { badManners } from '../support/discord-manners.js'
import { aGuestRef, anAssignment, anItem, aStatus, assignedAnswer, aViolation } from './fakes.js'

const link = 'https://app.plex.tv/desktop/#!/server/server/details?key=%2Flibrary%2Fmetadata%2F1042'
const AT = Date.UTC(2026, 10, 22, 19, 0, 0)

/** What a title, a name or a reason from outside may look like. */
const hostile: Record<string, string> = {
  'a heading': '# BIG',
  'a heading on its own line': 'a\n# BIG',
  'a list': '- one\n- two',
  'a numbered list': '1. one\n2. two',
  'small print': '-# small',
  'a quote': '> quoted',
  'a long quote': '>>> quoted',
  'a masked link': '[click](https://evil.example/x)',
  'a bare link': 'https://evil.example/x',
  'a mention of a user': '<@1400000000000000001>',
  'a mention of a role': '<@&1400000000000000001>',
  'a mention of a channel': '<#1400000000000000001>',
  'a mention of everybody': '@everyone @here',
  'a command': '</cmd:1400000000000000001>',
  'a time': '<t:1>',
  'an emoji': '<:smile:1400000000000000001>',
  'a link to a message': 'https://discord.com/channels/1/2/3',
  bold: '**bold** __under__ ~~gone~~ ||hidden|| *it* _it_',
  code: '`code` ```js\nblock```',
  'an escape at the end': 'end\\',
  'half an escape': '\\\\*',
  'from right to left': '\u202Egnp.exe\u202C \u2066x\u2069',
  'of no width': '\u200B\u200C\u200D\u2060\uFEFF',
  'of nothing to be seen': '\u3164\u115F\u034F',
  'half a character': 'a\uD83D',
  'the other half': '\uDE00b',
  long: `${'x'.repeat(3_999)}*`,
  'long and of wide characters': '😀'.repeat(2_000),
  'long and of signs': '*'.repeat(4_000),
  control: 'a\u0000\u0007\u001B[31mb\r\nc\td',
  'an e-mail address': 'bob@example.test',
}

/** Half characters, what turns the direction or has no width, and control characters but for the new line. */
const unreadable = /[\p{Cs}\p{Cf}]|(?!\n)\p{Cc}/u

type Facts = { item: MediaItem; text: string; name: string }

/** One of each notice to a guest: a new one does not compile without its line here. */
const guestNotices = {
  assigned: ({ item }) => ({
    kind: 'assigned',
    media: item,
    link,
    expiresAt: AT,
    pending: true,
    everythingElseStops: true,
  }),
  ready: ({ item }) => ({ kind: 'ready', media: item, link, expiresAt: AT }),
  extended: ({ item }) => ({ kind: 'extended', media: item, link }),
  'almost-over': ({ item }) => ({
    kind: 'almost-over',
    media: item,
    link,
    expiresAt: AT,
    pending: true,
    assignmentId: 'a1',
  }),
  'time-denied': ({ item }) => ({ kind: 'time-denied', media: item, link, expiresAt: AT }),
  invited: ({ text }) => ({ kind: 'invited', library: text, pending: true }),
  strayed: ({ item }) => ({
    kind: 'strayed',
    played: item,
    allowed: Array(12).fill(item),
    link,
    slip: false,
  }),
  ended: ({ item, text }) => ({ kind: 'ended', media: item, state: 'revoked', reason: text }),
} satisfies { [K in GuestNotice['kind']]: (facts: Facts) => GuestNotice & { kind: K } }

const adminNotices = {
  violation: ({ item, text, name }) => ({
    kind: 'violation',
    violation: aViolation({
      media: item,
      guest: aGuestRef({ username: name }),
      allowed: Array(12).fill(item),
      player: { machineId: '', product: text, device: text, platform: text },
      enforcement: Array(12).fill({ rung: 'stop', at: AT, outcome: 'refused', stream: '3', reason: text }),
      repeats: 2,
    }),
  }),
  violations: ({ item, text, name }) => ({
    kind: 'violations',
    violations: Array.from({ length: 3 }, (_, at) =>
      aViolation({
        id: `v${at}`,
        media: item,
        guest: aGuestRef({ username: name }),
        player: { machineId: '', product: text, device: text, platform: text },
      }),
    ),
  }),
  'assignment-ended': ({ item, text, name }) => ({
    kind: 'assignment-ended',
    assignment: anAssignment({ media: item, guest: aGuestRef({ username: name }), state: 'revoked' }),
    reason: text,
    accessLeft: true,
    foreign: ['share'],
  }),
  'invitation-accepted': ({ item, name }) => ({
    kind: 'invitation-accepted',
    guest: aGuestRef({ username: name }),
    media: item,
  }),
  'invitation-failed': ({ text, name }) => ({ kind: 'invitation-failed', invitee: name, reason: text }),
  'dm-blocked': (facts) => ({
    kind: 'dm-blocked',
    guest: aGuestRef({ username: facts.name }),
    notice: guestNotices.strayed(facts),
  }),
  'plex-down': ({ text }) => ({ kind: 'plex-down', since: AT, reason: text }),
  'plex-up': () => ({ kind: 'plex-up', since: AT }),
  'monitor-stopped': ({ text }) => ({ kind: 'monitor-stopped', since: AT, by: `key:${text}` }),
  restored: ({ item, name }) => ({
    kind: 'restored',
    at: AT,
    madeAt: AT,
    passes: Array(12).fill({ guest: aGuestRef({ username: name }), media: item }),
  }),
  'token-dead': () => ({ kind: 'token-dead' }),
  'token-works': () => ({ kind: 'token-works' }),
  'webhook-dead': ({ text }) => ({ kind: 'webhook-dead', number: 1, reason: text }),
  'time-request': ({ item, name }) => ({
    kind: 'time-request',
    assignment: anAssignment({ media: item, guest: aGuestRef({ username: name }), expiresAt: AT }),
  }),
  'member-left': ({ item, name }) => ({
    kind: 'member-left',
    id: 'server.77',
    guest: aGuestRef({ username: name }),
    media: Array(12).fill(item),
  }),
  'access-gone': ({ item, name }) => ({
    kind: 'access-gone',
    guest: aGuestRef({ username: name }),
    media: item,
  }),
} satisfies { [K in AdminNotice['kind']]: (facts: Facts) => AdminNotice & { kind: K } }

type Words = typeof german
type Answers = Record<string, (words: Words, facts: Facts) => Reply>

/** One of each answer: a new function of answers does not compile without its line here. */
const answers = {
  assigned: (words, { item, name, text }) =>
    replies.assigned(
      words,
      assignedAnswer({
        assignment: anAssignment({
          media: item,
          guest: aGuestRef({ username: name }),
          expiresAt: AT,
          passedOver: [{ fence: 'label', why: text }],
        }),
        replaced: Array(12).fill(anAssignment({ media: item })),
        everythingElseStops: true,
        guestTold: 'not-linked',
      }),
    ),
  question: (words, { item, name }) => {
    const answer: Extract<AssignAnswer, { kind: 'question' }> = {
      kind: 'question',
      media: item,
      doubts: [
        { kind: 'will-invite', invitee: name },
        { kind: 'everything-else-stops', guest: aGuestRef({ username: name }) },
      ],
    }
    return replies.question(words, answer, async () => replies.whoMissing(words))
  },
  ended: (words, { item, name }) =>
    replies.ended(words, {
      ended: Array(12).fill(anAssignment({ media: item, guest: aGuestRef({ username: name }) })),
      access: 'pending',
    }),
  undone: (words, { item, name }) =>
    replies.undone(
      words,
      Array(12).fill(
        assignedAnswer({ assignment: anAssignment({ media: item, guest: aGuestRef({ username: name }) }) }),
      ),
    ),
  invited: (words, { text, name }) => {
    const invitation = { invitee: name, libraryKeys: ['1'], state: 'failed', reason: text }
    return replies.invited(words, invitation as unknown as Invitation, [{ key: '1', title: text }] as never)
  },
  inviteQuestion: (words, { text, name }) =>
    replies.inviteQuestion(words, { invitee: name, library: text }, () =>
      Promise.reject(new Error('Nobody confirms')),
    ),
  whoMissing: (words) => replies.whoMissing(words),
} satisfies { [K in keyof typeof replies]: Answers[string] }

const statuses = {
  monitorStatus: (words, { text }) =>
    monitorReplies.monitorStatus(
      words,
      aStatus({
        since: { at: AT, by: `key:${text}` },
        plex: { ok: false, reason: text },
        push: { kind: 'down', sinceAt: AT, reason: text },
        discord: { ok: false, reason: text },
      }),
    ),
} satisfies { [K in keyof typeof monitorReplies]: Answers[string] }

const guestAnswers: Answers = {
  'several passes': (words, { item }) => {
    const assignment = anAssignment({ media: item, expiresAt: AT, plays: 3 })
    const passes = ['a1', 'a2'].map((id) => ({ assignment: { ...assignment, id }, link }))
    return ownPasses(words, { linked: true, passes })
  },
  'whether they are done': (words, { item }) =>
    doneQuestion(words, anAssignment({ media: item }), async () => replies.whoMissing(words)),
  'a link': (words, { name }) =>
    withLink(words, said(''), aGuestRef({ username: name, discordUserId: '1400000000000000001' })),
}

const refusals: Answers = {
  'a refusal': (words, { text }) => said(refusal(words, new OtpError('conflict', text))),
  'a refusal with candidates': (words, { text }) =>
    said(
      refusal(
        words,
        new OtpError('ambiguous', text, { candidates: Array(12).fill({ label: text, value: text }) }),
      ),
    ),
}

const messages: Record<string, (words: Words, facts: Facts) => MessageJson> = {
  ...Object.fromEntries(
    Object.entries(guestNotices).map(([kind, make]) => [
      `to a guest: ${kind}`,
      (words: Words, facts: Facts) => shown(words, { to: 'guest', guest: aGuestRef(), notice: make(facts) }),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(adminNotices).map(([kind, make]) => [
      `to the admins: ${kind}`,
      (words: Words, facts: Facts) => shown(words, { to: 'admins', notice: make(facts) }),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries<Answers[string]>({ ...answers, ...statuses, ...guestAnswers, ...refusals }).map(
      ([name, make]) => [
        `an answer: ${name}`,
        (words: Words, facts: Facts) => message(make(words, facts).message),
      ],
    ),
  ),
}

describe.each(Object.entries({ English: english.discord as Words, German: german }))('in %s', (_, words) => {
  describe.each(Object.keys(messages))('%s', (kind) => {
    const make = messages[kind]
    if (!make) throw new Error(kind)
    const harmless = liveMarks(make(words, factsOf('Arrival')))

    test.each(Object.entries(hostile))('with %s in every text from outside', (_what, text) => {
      const made = make(words, factsOf(text))

      expect(messageErrors(MessageBody.parse(made))).toBeUndefined()
      expectSameMarks(liveMarks(made), harmless)
      expect(allTexts(made).filter((it) => unreadable.test(it))).toEqual([])
      expect(allTexts(made).filter((it) => it.includes('****'))).toEqual([])
      if (!text.includes('@example')) expect(sent(made)).toEqual([])
    })
  })

  test('names that are e-mail addresses are never shown', () => {
    for (const [kind, make] of Object.entries(messages)) {
      const found = sent(make(words, { ...factsOf('Arrival'), name: 'bob@example.test' }))
      expect(found, kind).toEqual([])
    }
  })
})

test.each(Object.entries(hostile))('a suggestion with %s fits', (_, text) => {
  const choice = titleChoice(english.discord, anItem({ title: text }))
  expect(choice.length).toBeGreaterThan(0)
  expect(choice.length).toBeLessThanOrEqual(100)
  expect(choice).not.toMatch(unreadable)
})

test('a text from outside that shows nothing is still there', () => {
  expect(escaped('\u200B\u3164')).toBe('\\?')
  expect(escaped('')).toBe('')
})

function factsOf(text: string): Facts {
  return { item: anItem({ title: text }), text, name: text.includes('@') ? 'robin' : text }
}

function shown(words: Words, notice: Notice): MessageJson {
  return noticeMessage(words, notice)
}

function said(content: string): Reply {
  return { kind: 'say', message: { content } }
}

function sent(made: MessageJson): string[] {
  return badManners({
    method: 'POST',
    route: '/channels/1/messages',
    at: 0,
    status: 200,
    body: { ...made, allowed_mentions: { parse: [] } },
  })
}

function allTexts({ content, embeds }: MessageJson): string[] {
  return [
    content,
    ...embeds.flatMap(({ title = '', description = '', fields = [] }) => [
      title,
      description,
      ...fields.flatMap(({ name, value }) => [name, value]),
    ]),
  ]
}

/** What is cut short may lack marks at its end, and has none that it should not. */
function expectSameMarks(found: ReturnType<typeof liveMarks>, wanted: ReturnType<typeof liveMarks>): void {
  expect(found).toHaveLength(wanted.length)
  found.forEach(({ marks, isCut }, i) => {
    const all = wanted[i]?.marks ?? []
    expect(marks).toEqual(isCut ? all.slice(0, marks.length) : all)
  })
}

/** Everything in each text of the message that Discord would not show as it is written, in order. */
function liveMarks(made: MessageJson): { marks: string[]; isCut: boolean }[] {
  return allTexts(made).map((text) => {
    const live = text.replace(/\\[!-/:-@[-`{-~]/g, '')
    const marks =
      live.match(
        /^ *(?:#+|-#?|>+|\d+\.) |<[^<>\s]+>|https?:\/\/\S+|[*_~|]{2,}|`+|@(?:everyone|here)|\]\(|\n/gm,
      ) ?? []
    return { marks, isCut: text.endsWith('…') }
  })
}
