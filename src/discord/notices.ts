import type { APIEmbed, APIEmbedField } from 'discord.js'
import { english } from '../core/messages/english.js'
import type { EnforcementStep, FinalState, Violation } from '../core/model.js'
import type { AdminNotice, GuestNotice, Notice } from '../core/telling/notices.js'
import { lines, type MessageJson, type MessageParts, message } from './message.js'
import { byText, guestText, inviteeText, titlesText, titleText } from './names.js'
import { bareLink, escaped, instant, seconds } from './text.js'

const { guest: toGuest, admins: toAdmins } = english.discord

const RED = 0xd64545
const GREEN = 0x3f9b5f
const GREY = 0x8a8f98
const STEPS_SHOWN = 8

/** What a notice of the core looks like in Discord. */
export function noticeMessage(notice: Notice): MessageJson {
  return message(notice.to === 'guest' ? { content: guestWords(notice.notice) } : adminParts(notice.notice))
}

function guestWords(notice: GuestNotice): string {
  switch (notice.kind) {
    case 'assigned':
      return lines(
        toGuest.assigned(titleText(notice.media)),
        notice.everythingElseStops && toGuest.everythingElseStops(),
        until(notice.expiresAt),
        notice.pending ? toGuest.firstSteps(bareLink(notice.link)) : toGuest.open(bareLink(notice.link)),
      )
    case 'extended':
      return lines(
        toGuest.extended(titleText(notice.media)),
        notice.expiresAt === undefined ? toGuest.untilFinished() : until(notice.expiresAt),
        toGuest.open(bareLink(notice.link)),
      )
    case 'ready':
      return lines(
        toGuest.ready(titleText(notice.media)),
        until(notice.expiresAt),
        toGuest.open(bareLink(notice.link)),
      )
    case 'invited': {
      const library = escaped(notice.library)
      return notice.pending ? toGuest.invitedSteps(library) : toGuest.invited(library)
    }
    case 'strayed':
      return lines(
        notice.slip ? toGuest.slipped(titleText(notice.played)) : toGuest.strayed(titleText(notice.played)),
        notice.allowed.length > 0 ? toGuest.mayWatch(titlesText(notice.allowed)) : toGuest.mayWatchNothing(),
        notice.link !== undefined && toGuest.open(bareLink(notice.link)),
      )
    case 'ended':
      return lines(toGuest[notice.state](titleText(notice.media)), reason(notice.reason))
  }
}

function until(at: number | undefined): string {
  return at === undefined ? '' : toGuest.until(instant(at), instant(at, 'R'))
}

function reason(text: string | undefined): string {
  return text === undefined || text === '' ? '' : toGuest.reason(escaped(text, 500))
}

function adminParts(notice: AdminNotice): MessageParts {
  if (notice.kind === 'violation') return { embeds: [violationCard(notice.violation)] }
  return { content: adminWords(notice) }
}

function adminWords(notice: Exclude<AdminNotice, { kind: 'violation' }>): string {
  switch (notice.kind) {
    case 'assignment-ended': {
      const { guest, media, state } = notice.assignment
      return lines(
        toAdmins[finalState(state)](guestText(guest), titleText(media)),
        reason(notice.reason),
        notice.accessLeft && toAdmins.accessLeft(),
        ...(notice.foreign ?? []).map((what) => toAdmins.foreign[what]),
      )
    }
    case 'invitation-accepted':
      return toAdmins.invitationAccepted(guestText(notice.guest), titleText(notice.media))
    case 'invitation-failed':
      return toAdmins.invitationFailed(inviteeText(notice.invitee), escaped(notice.reason, 500))
    case 'dm-blocked':
      return lines(toAdmins.dmBlocked(guestText(notice.guest)), quoted(guestWords(notice.notice)))
    case 'plex-down':
      return toAdmins.plexDown(instant(notice.since), escaped(notice.reason, 500))
    case 'plex-up':
      return toAdmins.plexUp(instant(notice.since))
    case 'monitor-stopped':
      return toAdmins.stillStopped(instant(notice.since, 'R'), byText(notice.by))
    case 'token-dead':
      return toAdmins.tokenDead()
    case 'token-works':
      return toAdmins.tokenWorks()
    case 'access-gone':
      return toAdmins.accessGone(guestText(notice.guest), titleText(notice.media))
  }
}

/** An assignment that is told of as ended has a final state; any other would be read as taken back. */
function finalState(state: string): FinalState {
  return state === 'finished' || state === 'expired' ? state : 'revoked'
}

function quoted(text: string): string {
  return text.replace(/^/gm, '> ')
}

/** The one card of a violation, which is edited as the story goes on. */
function violationCard(violation: Violation): APIEmbed {
  const { guest, media, player, allowed, repeats, lastSeenAt } = violation
  const fields = [
    field(toAdmins.guest, guestText(guest), true),
    field(toAdmins.played, titleText(media), true),
    field(toAdmins.where, playerText(player), true),
    field(toAdmins.allowed, allowed.length > 0 ? titlesText(allowed) : toAdmins.nothingAllowed),
    field(toAdmins.done, whatWasDone(violation)),
    ...(repeats > 0 ? [field(toAdmins.repeats, toAdmins.repeated(repeats, instant(lastSeenAt, 'R')))] : []),
  ]
  return {
    title: cardTitle(violation),
    color: cardColor(violation),
    description: lines(toAdmins.seen(instant(violation.firstSeenAt)), violation.slip && toAdmins.slip),
    fields,
  }
}

function cardTitle(violation: Violation): string {
  if (violation.endedAt !== undefined) return toAdmins.violationEnded
  return isGivenUp(violation) ? toAdmins.violationNotEnded : toAdmins.violationRunning
}

function cardColor(violation: Violation): number {
  if (violation.endedAt !== undefined) return GREEN
  return violation.enforcement.some((step) => step.rung === 'report') ? GREY : RED
}

/** Every rung that was tried came to nothing. */
function isGivenUp({ enforcement }: Violation): boolean {
  const hopeless = new Set<EnforcementStep['outcome']>(['refused', 'impossible', 'failed'])
  return enforcement.length > 0 && enforcement.every((step) => hopeless.has(step.outcome))
}

function whatWasDone({ enforcement, streams, endedAt }: Violation): string {
  const steps = enforcement.slice(-STEPS_SHOWN).map(stepText)
  const last = streams.at(-1)
  const gone = endedAt !== undefined && last ? toAdmins.goneAfter(seconds(endedAt - last.firstSeenAt)) : ''

  return lines(...(steps.length > 0 ? steps : [toAdmins.nothingDone]), gone)
}

function stepText({ rung, outcome, tookMs, reason }: EnforcementStep): string {
  const took = tookMs === undefined ? '' : toAdmins.after(seconds(tookMs))
  const done = toAdmins.step(toAdmins.rungs[rung], toAdmins.outcomes[outcome], took)

  return reason === undefined ? done : `${done} (${escaped(reason, 120)})`
}

function playerText({ product, device, platform }: Violation['player']): string {
  const where = device || platform
  if (product && where) return toAdmins.on(escaped(product, 100), escaped(where, 100))
  return escaped(product || where, 100) || toAdmins.unknownPlayer
}

function field(name: string, value: string, inline = false): APIEmbedField {
  return { name, value, inline }
}
