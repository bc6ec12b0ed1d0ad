import { type APIActionRowComponent, type APIButtonComponent, ButtonStyle, ComponentType } from 'discord.js'
import type { AssignAnswer, Assigned, Doubt, EndedAnswer, MonitorStatus } from '../core/api.js'
import { english } from '../core/messages/english.js'
import type { Invitation, Library, MediaItem, PushHealth } from '../core/model.js'
import type { Reply } from './command.js'
import { lines, type MessageParts } from './message.js'
import { byText, guestText, inviteeText, titlesText, titleText } from './names.js'
import { bareLink, escaped, instant } from './text.js'

const words = english.discord.replies

/** The core's answers as replies to the admin who asked. */
export function assigned(answer: Assigned): Reply {
  const { assignment, replaced, extended } = answer
  const guest = guestText(assignment.guest)
  const title = titleText(assignment.media)

  return say(
    answer.everythingElseStops && words.everythingElseStops(guest),
    extended ? words.extended(guest, title) : words.assigned(guest, title),
    replaced.length > 0 && words.replaced(titlesText(replaced.map((it) => it.media))),
    deadline(answer),
    assignment.plays !== undefined && words.plays(words.times(assignment.plays)),
    waiting(answer),
    words.fence(assignment.fence, english.fences.note(assignment.fence)),
    ...(assignment.passedOver ?? []).map((it) => escaped(english.fences.passedOver(it), 400)),
    toldGuest[answer.guestTold](bareLink(answer.link)),
  )
}

const toldGuest: Record<Assigned['guestTold'], (link: string) => string> = {
  queued: words.guestTold,
  'not-linked': words.guestNotTold,
  'nothing-new': () => '',
}

function deadline({ assignment, extended }: Assigned): string {
  const until = assignment.expiresAt
  const before = extended?.expiresBefore

  if (extended && before !== until) {
    const after = until === undefined ? words.noDeadline() : instant(until)
    return words.deadlineWas(after, before === undefined ? words.noDeadline() : instant(before))
  }
  return until === undefined ? '' : words.deadline(instant(until), instant(until, 'R'))
}

function waiting({ assignment, invited }: Assigned): string {
  if (assignment.state !== 'pending') return ''
  return lines(
    invited ? words.invited() : words.stillPending(),
    assignment.expiresAt !== undefined && words.deadlineCounts(),
  )
}

/** What would happen, with the buttons that decide it. */
export function question(
  answer: Extract<AssignAnswer, { kind: 'question' }>,
  confirmed: (by: string) => Promise<Reply>,
): Reply {
  const doubts = answer.doubts.map((doubt) => doubtText(doubt, answer.media))

  return { kind: 'ask', message: { content: lines(...doubts, words.question()) }, confirmed }
}

function doubtText(doubt: Doubt, media: MediaItem): string {
  switch (doubt.kind) {
    case 'will-invite':
      return words.willInvite(inviteeText(doubt.invitee, 'start'), titleText(media))
    case 'everything-else-stops':
      return words.willStopElse(guestText(doubt.guest), titleText(media))
  }
}

export function ended({ ended, access }: EndedAnswer): Reply {
  const guest = ended[0]?.guest ?? { username: '' }
  const titles = titlesText(ended.map((it) => it.media))

  return say(
    words.ended(guestText(guest), titles),
    access === 'restored' ? words.accessRestored() : words.accessPending(),
  )
}

export function invited(invitation: Invitation, libraries: readonly Library[]): Reply {
  const name = inviteeText(invitation.invitee)
  const invitee = inviteeText(invitation.invitee, 'start')
  const named = libraries
    .filter((it) => invitation.libraryKeys.includes(it.key))
    .map((it) => escaped(it.title))
  const titles = named.join(', ') || words.library

  switch (invitation.state) {
    case 'sent':
      return say(words.inviteSent(invitee, titles))
    case 'accepted':
      return say(words.inviteAccepted(invitee, titles))
    case 'asked':
      return say(words.inviteAsked(name))
    case 'failed':
    case 'cancelled':
      return say(words.inviteFailed(invitee, escaped(invitation.reason ?? '')))
  }
}

export function whoMissing(): Reply {
  return say(words.whoMissing())
}

export function monitorStatus(status: MonitorStatus): Reply {
  const { terminateSent, gone } = status.reaction
  const since = status.since ? words.since(instant(status.since.at), byText(status.since.by)) : ''

  return say(
    status.running ? words.monitorRuns(since) : words.monitorStopped(since),
    words.guests(status.guests, status.openAssignments),
    words.streams(status.streams.guests, status.streams.others),
    status.plex.ok ? words.plexFine() : words.plexDown(escaped(status.plex.reason ?? '')),
    push(status.push, status.plex.ok),
    status.account?.ok === false && words.tokenDead(),
    status.lastPassAt !== undefined && words.lastPass(instant(status.lastPassAt, 'R')),
    status.capabilities && words.plexPass(status.capabilities.plexPass),
    status.capabilities?.plexPass && !status.capabilities.canTerminate && words.cannotTerminate(),
    words.ladder(status.ladder.join(', ')),
    words.violations(status.violations),
    terminateSent && words.told(terminateSent.count, english.watch.within(terminateSent)),
    gone && words.gone(english.watch.within(gone)),
    status.waitingMessages > 0 && words.waitingMessages(status.waitingMessages),
  )
}

/** While Plex itself is away, that is the reason, and nothing stands in between. */
function push(it: PushHealth, plexAnswers: boolean): string {
  switch (it.kind) {
    case 'off':
      return words.pushOff()
    case 'up':
      return words.listening(english.watch.ways[it.way], instant(it.sinceAt))
    case 'down':
      return lines(
        words.notListening(instant(it.sinceAt), escaped(it.reason)),
        plexAnswers && words.pushBlocked(),
      )
  }
}

/** The row with Confirm and Cancel. The ids carry no more than the question's own short one. */
export function confirmRow(questionId: string): APIActionRowComponent<APIButtonComponent> {
  return {
    type: ComponentType.ActionRow,
    components: [
      button('yes', words.confirm, ButtonStyle.Primary, questionId),
      button('no', words.cancel, ButtonStyle.Secondary, questionId),
    ],
  }
}

function button(
  action: string,
  label: string,
  style: ButtonStyle.Primary | ButtonStyle.Secondary,
  id: string,
): APIButtonComponent {
  return { type: ComponentType.Button, style, label, custom_id: `otp1:${action}:${id}` }
}

function say(...all: Parameters<typeof lines>): Reply {
  return { kind: 'say', message: text(lines(...all)) }
}

function text(content: string): MessageParts {
  return { content }
}
