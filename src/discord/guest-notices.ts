import type { DiscordWords } from '../core/messages/discord.js'
import type { GuestNotice } from '../core/telling/notices.js'
import { passRow } from './guest-replies.js'
import { lines, type MessageRow } from './message.js'
import { titlesText, titleText } from './names.js'
import { bareLink, escaped, instant } from './text.js'

/** What a guest is told, in words. */
export function guestWords(words: DiscordWords, notice: GuestNotice): string {
  switch (notice.kind) {
    case 'assigned':
      return lines(
        words.guest.assigned(titleText(notice.media)),
        notice.everythingElseStops && words.guest.everythingElseStops(),
        until(words, notice.expiresAt),
        notice.pending
          ? words.guest.firstSteps(bareLink(notice.link))
          : words.guest.open(bareLink(notice.link)),
        notice.needsOwnPlexPass && words.guest.needsOwnPlexPass(),
      )
    case 'almost-over':
      return lines(
        words.guest.almostOver(titleText(notice.media)),
        until(words, notice.expiresAt),
        notice.pending && words.guest.stillPending(),
        words.guest.open(bareLink(notice.link)),
      )
    case 'time-denied':
      return lines(
        words.guest.timeDenied(titleText(notice.media)),
        until(words, notice.expiresAt),
        words.guest.open(bareLink(notice.link)),
      )
    case 'extended':
      return lines(
        words.guest.extended(titleText(notice.media)),
        notice.expiresAt === undefined ? words.guest.untilFinished() : until(words, notice.expiresAt),
        words.guest.open(bareLink(notice.link)),
      )
    case 'ready':
      return lines(
        words.guest.ready(titleText(notice.media)),
        until(words, notice.expiresAt),
        words.guest.open(bareLink(notice.link)),
        words.guest.app(),
        notice.needsOwnPlexPass && words.guest.needsOwnPlexPass(),
      )
    case 'invited': {
      const library = escaped(notice.library)
      return notice.pending ? words.guest.invitedSteps(library) : words.guest.invited(library)
    }
    case 'strayed':
      return lines(
        notice.slip
          ? words.guest.slipped(titleText(notice.played))
          : words.guest.strayed(titleText(notice.played)),
        notice.allowed.length > 0
          ? words.guest.mayWatch(titlesText(notice.allowed))
          : words.guest.mayWatchNothing(),
        notice.link !== undefined && words.guest.open(bareLink(notice.link)),
      )
    case 'ended':
      return lines(words.guest[notice.state](titleText(notice.media)), reason(words, notice.reason))
  }
}

/** What a guest can do about the open assignment that a message is about. */
export function guestButtons(words: DiscordWords, notice: GuestNotice): MessageRow[] {
  if (!('assignmentId' in notice) || notice.assignmentId === undefined) return []
  return [passRow(words, { id: notice.assignmentId, hasDeadline: notice.expiresAt !== undefined })]
}

function until(words: DiscordWords, at: number | undefined): string {
  return at === undefined ? '' : words.guest.until(instant(at), instant(at, 'R'))
}

/** Why, where anybody said. */
export function reason(words: DiscordWords, text: string | undefined): string {
  return text === undefined || text === '' ? '' : words.guest.reason(escaped(text, 500))
}
