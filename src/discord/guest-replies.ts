import { ButtonStyle } from 'discord.js'
import type { OwnPass } from '../core/guests/own-passes.js'
import type { DiscordWords } from '../core/messages/discord.js'
import type { Assignment, GuestRef } from '../core/model.js'
import { titleOf } from '../core/titles.js'
import { type Reply, say } from './command.js'
import { button, buttonRow } from './components.js'
import { lines, type MessageRow } from './message.js'
import { byText, guestText, titleText } from './names.js'
import { bareLink, instant, plain } from './text.js'

/** A message has room for so many rows of buttons. */
const mostPasses = 5
const minuteMs = 60_000

/** What somebody may watch, each with what they can do about it. */
export function ownPasses(
  words: DiscordWords,
  { linked, passes }: { linked: boolean; passes: readonly OwnPass[] },
): Reply {
  if (!linked) return say(words.pass.notLinked())
  if (passes.length === 0) return say(words.pass.none())

  const shown = passes.slice(0, mostPasses)
  const left = passes.length - shown.length
  const rows = shown.map(({ assignment }) =>
    passRow(words, {
      id: assignment.id,
      hasDeadline: assignment.expiresAt !== undefined,
      ...(shown.length > 1 && { title: titleOf(assignment.media) }),
    }),
  )
  const texts = shown.map((one) => passText(words, one))
  const content = [...texts, ...(left > 0 ? [words.pass.more(left)] : [])].join('\n\n')
  return { kind: 'say', message: { content, components: rows } }
}

function passText(words: DiscordWords, pass: OwnPass): string {
  const { assignment, link } = pass
  const { expiresAt, plays, playsUsed, state, media } = assignment
  const pending = state === 'pending'
  return lines(
    words.pass.title(titleText(media)),
    expiresAt === undefined
      ? words.pass.untilFinished()
      : words.pass.until(instant(expiresAt), instant(expiresAt, 'R')),
    !pending && progress(words, pass),
    plays !== undefined && words.pass.playsLeft(Math.max(0, plays - playsUsed)),
    pending ? words.guest.firstSteps(bareLink(link)) : words.pass.open(bareLink(link)),
  )
}

function progress(words: DiscordWords, { place, episodes }: OwnPass): string {
  if (episodes) {
    const { seen, of } = episodes
    return of === undefined ? words.pass.episodesSeen(seen) : words.pass.episodes(seen, of)
  }
  if (!place || place.offsetMs === 0) return words.pass.notBegun()

  const [at, of] = [minutes(place.offsetMs), minutes(place.durationMs)]
  return of === 0 ? words.pass.begun(at) : words.pass.minutes(at, of)
}

function minutes(ms: number): number {
  return Math.floor(ms / minuteMs)
}

/** The buttons of a guest for one assignment; with several of them, each says which. */
export function passRow(
  { pass }: DiscordWords,
  { id, hasDeadline, title }: { id: string; hasDeadline: boolean; title?: string },
): MessageRow {
  // Nothing is rendered in a label; an address does not even look like one in it.
  const named = title === undefined ? undefined : plain(title).replaceAll('://', ' ')
  const done = button('done', id, named === undefined ? pass.done : pass.doneWith(named))
  const more = button('time', id, named === undefined ? pass.moreTime : pass.moreTimeFor(named))
  return hasDeadline ? buttonRow(done, more) : buttonRow(done)
}

/** Asks a guest whether they mean it. */
export function doneQuestion(
  words: DiscordWords,
  { media }: Assignment,
  confirmed: (by: string) => Promise<Reply>,
): Reply {
  const content = lines(words.pass.doneQuestion(titleText(media)), words.replies.question())
  return { kind: 'ask', message: { content }, confirmed, ownAffair: true }
}

/** The answer of `/assign` when it has linked somebody, with the way to undo that. */
export function withLink(words: DiscordWords, reply: Reply, guest: GuestRef): Reply {
  const { discordUserId, plexId } = guest
  if (discordUserId === undefined) return reply

  const linked = words.wishes.linked(memberText(words, discordUserId), guestText(words, guest))
  const id = `${plexId}.${discordUserId}`
  const row = buttonRow(button('unlink', id, words.wishes.unlink, ButtonStyle.Secondary))
  const content = lines(reply.message.content, linked)
  return { ...reply, message: { ...reply.message, content, components: [row] } }
}

/** A Discord member, shown as a name to the reader and not notified. */
export function memberText(words: DiscordWords, discordUserId: string): string {
  return byText(words, `discord:${discordUserId}`)
}
