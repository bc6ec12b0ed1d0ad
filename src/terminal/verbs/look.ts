import { type Command, Option } from 'commander'
import { z } from 'zod'
import { restored } from '../../core/messages/restored.js'
import { terminal as words } from '../../core/messages/terminal.js'
import { watch } from '../../core/messages/watch.js'
import { titleOf } from '../../core/titles.js'
import type { WireAssignment, WireMedia, WireSession, WireStatus, WireViolation } from '../../wire/shapes.js'
import type { Column } from '../table.js'
import { inColumn, inWords } from '../times.js'
import { addVerb, type OpenDesk } from '../verb.js'
import { wholeNumber } from './assign.js'

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
      const status = await service.status()

      show.one(status, () => statusLines(status))
    },
  })

  addVerb(program, openDesk, {
    usage: 'guests',
    summary: 'who may watch what',
    example: 'otp guests --json',
    options: nothing,

    async run(_, __, { remote, show }) {
      const guests = await (await remote()).guests()
      const lent = guests.flatMap((guest) => guest.assignments)
      show.table(lent, assignmentColumns, words.none.assignments(), guests)
    },
  })

  addVerb(program, openDesk, {
    usage: 'sessions',
    summary: "guests' streams right now",
    example: 'otp sessions',
    options: nothing,

    async run(_, __, { remote, show }) {
      show.table(await (await remote()).sessions(), sessionColumns, words.none.sessions())
    },
  })

  addVerb(program, openDesk, {
    usage: 'violations',
    summary: 'streams that were not covered, newest first',
    example: 'otp violations --guest robin --limit 10',
    flags: [
      new Option('--guest <guest>', 'only of this guest'),
      new Option('--limit <n>', 'how many').argParser(wholeNumber).default(20),
    ],
    options: z.object({ guest: z.string().exactOptional(), limit: z.number() }),

    async run(_, query, { remote, show }) {
      const { items, next } = await (await remote()).violations(query)

      show.table(items, violationColumns, words.none.violations())
      if (next !== null) show.remark(words.more())
    },
  })

  addVerb(program, openDesk, {
    usage: 'search <text...>',
    summary: 'items that can be lent',
    example: 'otp search arrival',
    options: nothing,

    async run(text, _, { remote, show }) {
      show.table(await (await remote()).search(text.join(' ')), mediaColumns, words.none.media())
    },
  })
}

const assignmentColumns: Column<WireAssignment>[] = [
  { head: columns.guest, cell: ({ guest }) => guest.username },
  { head: columns.media, cell: ({ media }) => titleOf(media) },
  { head: columns.state, cell: ({ state }) => state },
  { head: columns.progress, cell: ({ progress }) => share(progress) },
  { head: columns.until, cell: ({ expiresAt }) => (expiresAt ? inColumn(expiresAt) : columns.finished) },
  { head: columns.fence, cell: ({ fence }) => fence },
]

const sessionColumns: Column<WireSession>[] = [
  { head: columns.guest, cell: ({ guest }) => guest.username },
  { head: columns.watching, cell: ({ media }) => (media ? titleOf(media) : words.unknownMedia()) },
  { head: columns.state, cell: ({ state }) => state },
  { head: columns.verdict, cell: ({ verdict }) => watch.verdicts[verdict] },
  { head: columns.player, cell: ({ player }) => `${player.product}, ${player.device}` },
  { head: columns.since, cell: ({ firstSeenAt }) => inColumn(firstSeenAt) },
]

const violationColumns: Column<WireViolation>[] = [
  { head: columns.when, cell: ({ firstSeenAt }) => inColumn(firstSeenAt) },
  { head: columns.guest, cell: ({ guest }) => guest.username },
  { head: columns.played, cell: ({ media }) => titleOf(media) },
  { head: columns.player, cell: ({ player }) => `${player.product}, ${player.device}` },
  { head: columns.done, cell: whatWasDone },
  { head: columns.repeats, cell: ({ repeats }) => String(repeats) },
]

const mediaColumns: Column<WireMedia>[] = [
  { head: columns.ratingKey, cell: ({ ratingKey }) => ratingKey },
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

function share({ offsetMs, durationMs }: WireAssignment['progress']): string {
  return durationMs > 0 ? `${Math.min(100, Math.round((offsetMs / durationMs) * 100))} %` : ''
}

/** "terminate accepted 0.3 s": the last rung tells how it went. */
function whatWasDone({ enforcement }: WireViolation): string {
  const last = enforcement.at(-1)
  if (!last) return words.nothingDone()

  const took = last.tookMs === undefined ? '' : ` ${(last.tookMs / 1000).toFixed(1)} s`
  return `${last.rung} ${last.outcome}${took}`
}
