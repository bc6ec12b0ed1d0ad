import type { AssignAnswer, Assigned, Doubt, EndedAnswer } from '../core/api.js'
import { undoWithinMs } from '../core/assignments/undo.js'
import type { DiscordWords } from '../core/messages/discord.js'
import { english } from '../core/messages/english.js'
import type { Assignment, Invitation, Library, MediaItem } from '../core/model.js'
import { type Reply, say } from './command.js'
import { button, buttonRow } from './components.js'
import { withLink } from './guest-replies.js'
import { lines } from './message.js'
import { guestText, inviteeText, titlesText, titleText } from './names.js'
import { bareLink, escaped, instant } from './text.js'

/** The core's answers as replies to the admin who asked. */
export function assigned(words: DiscordWords, answer: Assigned): Reply {
  const { assignment, replaced, extended } = answer
  const guest = guestText(words, assignment.guest)
  const title = titleText(assignment.media)

  const said = say(
    answer.everythingElseStops && words.replies.everythingElseStops(guest),
    extended ? words.replies.extended(guest, title) : words.replies.assigned(guest, title),
    replaced.length > 0 && words.replies.replaced(titlesText(replaced.map((it) => it.media))),
    deadline(words, answer),
    assignment.plays !== undefined && words.replies.plays(words.replies.times(assignment.plays)),
    waiting(words, answer),
    words.replies.fence(assignment.fence, english.fences.note(assignment.fence)),
    ...(assignment.passedOver ?? []).map((it) => escaped(english.fences.passedOver(it), 400)),
    toldGuest(words, answer),
  )
  return answer.linked ? withLink(words, said, assignment.guest) : said
}

function toldGuest(words: DiscordWords, { guestTold, link }: Assigned): string {
  switch (guestTold) {
    case 'queued':
      return words.replies.guestTold()
    case 'not-linked':
      return words.replies.guestNotTold(bareLink(link))
    case 'nothing-new':
      return ''
  }
}

function deadline(words: DiscordWords, { assignment, extended }: Assigned): string {
  const until = assignment.expiresAt
  const before = extended?.expiresBefore

  if (extended && before !== until) {
    const after = until === undefined ? words.replies.noDeadline() : instant(until)
    return words.replies.deadlineWas(
      after,
      before === undefined ? words.replies.noDeadline() : instant(before),
    )
  }
  return until === undefined ? '' : words.replies.deadline(instant(until), instant(until, 'R'))
}

function waiting(words: DiscordWords, { assignment, invited }: Assigned): string {
  if (assignment.state !== 'pending') return ''
  return lines(
    invited ? words.replies.invited() : words.replies.stillPending(),
    assignment.expiresAt !== undefined && words.replies.deadlineCounts(),
  )
}

/** What would happen, with the buttons that decide it. */
export function question(
  words: DiscordWords,
  answer: Extract<AssignAnswer, { kind: 'question' }>,
  confirmed: (by: string) => Promise<Reply>,
): Reply {
  const doubts = answer.doubts.map((doubt) => doubtText(words, doubt, answer.media))
  return ask(words, doubts, confirmed)
}

/** Whether a stranger is to be invited to a library. */
export function inviteQuestion(
  words: DiscordWords,
  { invitee, library }: { invitee: string; library: string },
  confirmed: (by: string) => Promise<Reply>,
): Reply {
  const title = escaped(library, 100) || words.replies.library
  return ask(words, [words.replies.willInviteTo(inviteeText(words, invitee, 'start'), title)], confirmed)
}

function ask(
  words: DiscordWords,
  doubts: readonly string[],
  confirmed: (by: string) => Promise<Reply>,
): Reply {
  return { kind: 'ask', message: { content: lines(...doubts, words.replies.question()) }, confirmed }
}

function doubtText(words: DiscordWords, doubt: Doubt, media: MediaItem): string {
  switch (doubt.kind) {
    case 'will-invite':
      return words.replies.willInvite(inviteeText(words, doubt.invitee, 'start'), titleText(media))
    case 'everything-else-stops':
      return words.replies.willStopElse(guestText(words, doubt.guest), titleText(media))
  }
}

export function ended(words: DiscordWords, { ended, access }: EndedAnswer): Reply {
  const first = ended[0]
  const titles = titlesText(ended.map((it) => it.media))
  const content = lines(
    words.replies.ended(guestText(words, first?.guest ?? { username: '' }), titles),
    access === 'restored' ? words.replies.accessRestored() : words.replies.accessPending(),
  )
  return first ? undoable(words, first, content) : say(content)
}

/** With the button that has it assigned anew, for as long as that is possible. */
function undoable(words: DiscordWords, { id, endedAt = 0 }: Assignment, content: string): Reply {
  const until = words.cards.canUndo(instant(endedAt + undoWithinMs, 'R'))
  const row = buttonRow(button('undo', id, words.cards.undo))
  return { kind: 'say', message: { content: lines(content, until), components: [row] } }
}

/** What was undone, and what the guest has to do for it. */
export function undone(words: DiscordWords, again: readonly Assigned[]): Reply {
  const guest = again[0]?.assignment.guest ?? { username: '' }
  const titles = titlesText(again.map((it) => it.assignment.media))
  return say(
    words.cards.undone(guestText(words, guest), titles),
    again.some((it) => it.invited) && words.cards.mustAcceptAgain(),
  )
}

export function invited(words: DiscordWords, invitation: Invitation, libraries: readonly Library[]): Reply {
  const name = inviteeText(words, invitation.invitee)
  const invitee = inviteeText(words, invitation.invitee, 'start')
  const named = libraries
    .filter((it) => invitation.libraryKeys.includes(it.key))
    .map((it) => escaped(it.title))
  const titles = named.join(', ') || words.replies.library

  switch (invitation.state) {
    case 'sent':
      return say(words.replies.inviteSent(invitee, titles))
    case 'accepted':
      return say(words.replies.inviteAccepted(invitee, titles))
    case 'asked':
      return say(words.replies.inviteAsked(name))
    case 'failed':
    case 'cancelled':
      return say(words.replies.inviteFailed(invitee, escaped(invitation.reason ?? '')))
  }
}

export function whoMissing(words: DiscordWords): Reply {
  return say(words.replies.whoMissing())
}
