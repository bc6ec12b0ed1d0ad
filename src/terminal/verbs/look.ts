import type { Command } from 'commander'
import { z } from 'zod'
import { restored } from '../../core/messages/restored.js'
import { terminal as words } from '../../core/messages/terminal.js'
import { orders } from '../../core/messages/terminal-orders.js'
import { watch } from '../../core/messages/watch.js'
import { titleOf } from '../../core/titles.js'
import type { WireAssignment, WireGuest, WireMedia, WireSession, WireStatus } from '../../wire/shapes.js'
import { shortId } from '../short-ids.js'
import type { Column } from '../table.js'
import { inColumn, inWords } from '../times.js'
import { addVerb, type OpenDesk } from '../verb.js'

const nothing = z.object({})
const { columns } = words

/** The verbs that only look. */
export function addLooking(program: Command, openDesk: OpenDesk): void {
  addVerb(program, openDesk, {
    usage: 'status',
    summary: 'how the monitor and its surroundings are',
    example: 'otp status',
    options: nothing,

    async run(_, __, { remote, show }) {
      const service = await remote()
      const status = await show.waiting(orders.waiting.service(), service.status())

      show.one(status, () => statusLines(status))
    },
  })

  addVerb(program, openDesk, {
    usage: 'guests',
    summary: 'who may watch what',
    example: 'otp guests --json',
    options: nothing,

    async run(_, __, { remote, show }) {
      const service = await remote()
      const guests = await show.waiting(orders.waiting.service(), service.watched())
      show.table(guests.flatMap(passesOf), passColumns, words.none.assignments(), guests)
    },
  })

  addVerb(program, openDesk, {
    usage: 'sessions',
    summary: "guests' streams right now",
    example: 'otp sessions',
    options: nothing,

    async run(_, __, { remote, show }) {
      const service = await remote()
      const sessions = await show.waiting(orders.waiting.service(), service.sessions())
      show.table(sessions, sessionColumns, words.none.sessions())
    },
  })

  addVerb(program, openDesk, {
    usage: 'search <text...>',
    summary: 'items that can be lent',
    example: 'otp search arrival',
    options: nothing,

    async run(text, _, { remote, show }) {
      const wanted = text.join(' ')
      const service = await remote()
      const found = await show.waiting(orders.waiting.search(wanted), service.search(wanted))
      show.table(found, mediaColumns, words.none.media())
    },
  })
}

/** A guest without a pass has access that is still being taken back. */
type Pass = { guest: string; assignment?: WireAssignment }

function passesOf({ username, assignments }: WireGuest): Pass[] {
  if (assignments.length === 0) return [{ guest: username }]
  return assignments.map((assignment) => ({ guest: username, assignment }))
}

const passColumns: Column<Pass>[] = [
  { head: columns.guest, cell: ({ guest }) => guest },
  {
    head: columns.media,
    cell: ({ assignment }) => (assignment ? titleOf(assignment.media) : words.stillTaking()),
  },
  { head: columns.state, cell: ({ assignment }) => assignment?.state ?? '' },
  { head: columns.progress, cell: ({ assignment }) => (assignment ? share(assignment.progress) : '') },
  { head: columns.until, cell: ({ assignment }) => (assignment ? until(assignment) : '') },
  { head: columns.fence, cell: ({ assignment }) => assignment?.fence ?? '' },
]

const sessionColumns: Column<WireSession>[] = [
  { head: columns.id, cell: ({ id }) => shortId(id), whole: true },
  { head: columns.guest, cell: ({ guest }) => guest.username },
  { head: columns.watching, cell: ({ media }) => (media ? titleOf(media) : words.unknownMedia()) },
  { head: columns.state, cell: ({ state }) => state },
  { head: columns.verdict, cell: ({ verdict }) => watch.verdicts[verdict] },
  { head: columns.player, cell: ({ player }) => `${player.product}, ${player.device}` },
  { head: columns.since, cell: ({ firstSeenAt }) => inColumn(firstSeenAt) },
]

const mediaColumns: Column<WireMedia>[] = [
  { head: columns.ratingKey, cell: ({ ratingKey }) => ratingKey, whole: true },
  { head: columns.title, cell: titleOf },
  { head: columns.type, cell: ({ type }) => type },
]

function statusLines(status: WireStatus): string[] {
  const since = status.since ? words.since(inWords(status.since.at), status.since.by) : ''

  return [
    status.running ? words.monitorOn(since) : words.monitorOff(since),
    status.plex.ok ? words.plexReached() : words.plexMissing(status.plex.reason ?? words.unknownReason()),
    ...pushLines(status),
    ...(status.account?.ok === false ? [status.account.reason ?? words.unknownReason()] : []),
    ...(status.discord?.reason !== undefined ? [words.discordTrouble(status.discord.reason)] : []),
    ...(status.restored ? [restored.ready(status.restored.assignments)] : []),
    words.counts(status.guests, status.openAssignments, status.violations),
    words.streams(status.streams.guests, status.streams.others),
    words.ladder(status.ladder),
    ...(status.capabilities?.canTerminate === false ? [words.cannotTerminate()] : []),
    ...reactionLines(status.reaction),
    ...(status.messageTrouble !== undefined && status.discord?.ok !== false
      ? [words.messageTrouble(status.messageTrouble)]
      : []),
    ...(status.webhookTrouble !== undefined ? [status.webhookTrouble] : []),
    ...(status.waitingMessages > 0 ? [words.waitingMessages(status.waitingMessages)] : []),
  ]
}

function pushLines({ push, plex }: WireStatus): string[] {
  switch (push.state) {
    case 'off':
      return [words.pushOff()]
    case 'up':
      return [words.listening(watch.ways[push.way], inWords(push.since))]
    case 'down':
      // While Plex itself is away, that is the reason.
      return [words.notListening(inWords(push.since), push.reason), ...(plex.ok ? [words.pushBlocked()] : [])]
  }
}

function reactionLines({ terminateSent, gone }: WireStatus['reaction']): string[] {
  return [
    ...(terminateSent ? [words.told(terminateSent.count, watch.within(terminateSent))] : []),
    ...(gone ? [words.gone(watch.within(gone))] : []),
  ]
}

function until({ expiresAt }: WireAssignment): string {
  return expiresAt ? inColumn(expiresAt) : columns.finished
}

function share({ offsetMs, durationMs }: WireAssignment['progress']): string {
  return durationMs > 0 ? `${Math.min(100, Math.round((offsetMs / durationMs) * 100))} %` : ''
}
