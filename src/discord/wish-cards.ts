import { ButtonStyle } from 'discord.js'
import type { DiscordWords } from '../core/messages/discord.js'
import type { Assignment, LeavingAnswer, TimeAnswer } from '../core/model.js'
import type { AdminNotice } from '../core/telling/notices.js'
import { button, buttonRow } from './components.js'
import { lines, type MessageParts } from './message.js'
import { byText, guestText, titlesText, titleText } from './names.js'
import { instant } from './text.js'

type Leaving = Extract<AdminNotice, { kind: 'member-left' }>

/** A guest's wish for more time, with the buttons that answer it until somebody has. */
export function timeCard(words: DiscordWords, assignment: Assignment): MessageParts {
  const { id, guest, media, expiresAt, timeRequest } = assignment
  const answer = timeRequest?.answer
  const content = lines(
    words.wishes.timeAsked(guestText(words, guest), titleText(media)),
    answer
      ? timeAnswerText(words, answer)
      : expiresAt !== undefined && words.wishes.endsAt(instant(expiresAt), instant(expiresAt, 'R')),
  )
  if (answer) return { content }

  const row = buttonRow(
    button('time1', id, words.wishes.oneDay, ButtonStyle.Success),
    button('time3', id, words.wishes.threeDays, ButtonStyle.Success),
    button('timeno', id, words.wishes.deny, ButtonStyle.Danger),
  )
  return { content, components: [row] }
}

/** What somebody has answered to a wish for more time. */
export function timeAnswerText(words: DiscordWords, answer: TimeAnswer): string {
  switch (answer.kind) {
    case 'granted':
      return words.wishes.granted(byText(words, answer.by), instant(answer.expiresAt))
    case 'denied':
      return words.wishes.denied(byText(words, answer.by))
    case 'over':
      return words.wishes.over()
  }
}

/** A guest who left the Discord server, with the buttons that say what becomes of their passes. */
export function leavingCard(words: DiscordWords, { id, guest, media, answer }: Leaving): MessageParts {
  const content = lines(
    words.wishes.hasLeft(guestText(words, guest)),
    answer ? leavingAnswerText(words, answer) : words.wishes.stillHas(titlesText(media)),
  )
  if (answer) return { content }

  const row = buttonRow(
    button('left-revoke', id, words.wishes.revoke, ButtonStyle.Danger),
    button('left-keep', id, words.wishes.keep),
  )
  return { content, components: [row] }
}

/** What somebody has decided about a guest who left. */
export function leavingAnswerText(words: DiscordWords, { kind, by }: LeavingAnswer): string {
  switch (kind) {
    case 'revoked':
      return words.wishes.revoked(byText(words, by))
    case 'kept':
      return words.wishes.kept(byText(words, by))
    case 'back':
      return words.wishes.back()
  }
}
