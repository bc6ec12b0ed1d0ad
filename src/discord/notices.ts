import type { DiscordWords } from '../core/messages/discord.js'
import type { FinalState } from '../core/model.js'
import type { AdminNotice, GuestNotice, Notice } from '../core/telling/notices.js'
import { guestButtons, guestWords, reason } from './guest-notices.js'
import { lines, type MessageJson, type MessageParts, message } from './message.js'
import { byText, guestText, inviteeText, titleText } from './names.js'
import { restoredWords } from './restored.js'
import { escaped, instant } from './text.js'
import { violationMessage } from './violation-card.js'
import { violationList } from './violation-list.js'
import { leavingCard, timeCard } from './wish-cards.js'

/** What a notice of the core looks like in Discord. */
export function noticeMessage(words: DiscordWords, notice: Notice): MessageJson {
  return message(notice.to === 'guest' ? guestParts(words, notice.notice) : adminParts(words, notice.notice))
}

function guestParts(words: DiscordWords, notice: GuestNotice): MessageParts {
  return { content: guestWords(words, notice), components: guestButtons(words, notice) }
}

function adminParts(words: DiscordWords, notice: AdminNotice): MessageParts {
  if (notice.kind === 'time-request') return timeCard(words, notice.assignment)
  if (notice.kind === 'member-left') return leavingCard(words, notice)
  if (notice.kind === 'violation') return violationMessage(words, notice.violation)
  if (notice.kind === 'violations') return violationList(words, notice.violations)
  return { content: adminWords(words, notice) }
}

/** Those that are a card of their own. */
type CardKind = 'violation' | 'violations' | 'time-request' | 'member-left'

function adminWords(words: DiscordWords, notice: Exclude<AdminNotice, { kind: CardKind }>): string {
  switch (notice.kind) {
    case 'assignment-ended': {
      const { guest, media, state } = notice.assignment
      return lines(
        words.admins[finalState(state)](guestText(words, guest), titleText(media)),
        reason(words, notice.reason),
        notice.accessLeft && words.admins.accessLeft(),
        ...(notice.foreign ?? []).map((what) => words.admins.foreign[what]),
      )
    }
    case 'invitation-accepted':
      return words.admins.invitationAccepted(guestText(words, notice.guest), titleText(notice.media))
    case 'invitation-failed':
      return words.admins.invitationFailed(inviteeText(words, notice.invitee), escaped(notice.reason, 500))
    case 'dm-blocked':
      return lines(
        words.admins.dmBlocked(guestText(words, notice.guest)),
        quoted(guestWords(words, notice.notice)),
      )
    case 'plex-down':
      return words.admins.plexDown(instant(notice.since), escaped(notice.reason, 500))
    case 'plex-up':
      return words.admins.plexUp(instant(notice.since))
    case 'monitor-stopped':
      return words.admins.stillStopped(instant(notice.since, 'R'), byText(words, notice.by))
    case 'restored':
      return restoredWords(words, notice)
    case 'token-dead':
      return words.admins.tokenDead()
    case 'token-works':
      return words.admins.tokenWorks()
    case 'webhook-dead':
      return words.admins.webhookDead(notice.number, escaped(notice.reason, 200))
    case 'access-gone':
      return words.admins.accessGone(guestText(words, notice.guest), titleText(notice.media))
  }
}

/** An assignment that is told of as ended has a final state; any other would be read as taken back. */
function finalState(state: string): FinalState {
  return state === 'finished' || state === 'expired' ? state : 'revoked'
}

function quoted(text: string): string {
  return text.replace(/^/gm, '> ')
}
