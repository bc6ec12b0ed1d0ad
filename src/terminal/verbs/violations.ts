import { type Command, Option } from 'commander'
import { z } from 'zod'
import { parseDurationMs } from '../../core/durations.js'
import { OtpError } from '../../core/errors.js'
import { terminal as words } from '../../core/messages/terminal.js'
import { orders } from '../../core/messages/terminal-orders.js'
import type { Clock } from '../../core/ports.js'
import { titleOf } from '../../core/titles.js'
import { resolutionActions, type WireViolation } from '../../wire/shapes.js'
import { usageError } from '../exit-codes.js'
import type { Remote } from '../remote.js'
import { isId, shortId } from '../short-ids.js'
import type { Column } from '../table.js'
import { inColumn } from '../times.js'
import { addVerb, type OpenDesk } from '../verb.js'
import { wholeNumber } from './assign.js'

const { columns } = words
/** How many the service gives at once. */
const mostAtOnce = 100

/** `otp violations`: what was on no pass, and what is decided about it. */
export function addViolations(program: Command, openDesk: OpenDesk, clock: Clock): void {
  const group = addVerb(program, openDesk, {
    usage: 'violations',
    summary: 'streams that were not covered, newest first',
    example: 'otp violations --guest robin --since 7d --limit 10',
    flags: [
      new Option('--guest <guest>', 'only of this guest'),
      new Option(
        '--since <when>',
        'only from then on: 24h or 7d ago, a day such as 2026-11-27, or an ISO time',
      ),
      new Option('--limit <n>', 'how many').argParser(wholeNumber).default(20),
    ],
    options: z.object({
      guest: z.string().exactOptional(),
      since: z.string().exactOptional(),
      limit: z.number(),
    }),

    async run(_, { since, limit, ...whose }, { remote, show }) {
      const from = since === undefined ? {} : { since: instantOf(since, clock.now()) }
      const service = await remote()
      const { items, next } = await show.waiting(
        orders.waiting.service(),
        read(service, { ...whose, ...from }, limit),
      )

      show.table(items, violationColumns, words.none.violations())
      if (next !== null) show.remark(words.more())
    },
  })

  addVerb(group, openDesk, {
    usage: 'resolve <violation> <action>',
    summary: `decide about one, once: ${resolutionActions.join(', ')}`,
    example: 'otp violations resolve k3m9zz allow_once',
    choices: { action: resolutionActions },
    options: z.object({}),

    async run([typed = '', action = ''], _, { remote, show }) {
      const service = await remote()
      const decision = { id: await wholeId(typed, service), action: z.enum(resolutionActions).parse(action) }
      const done = await show.waiting(orders.waiting.service(), service.resolve(decision))
      show.one(done, () => [orders.decided[decision.action](titleOf(done.media), done.guest.username)])
    },
  })
}

async function read(service: Remote, query: { guest?: string; since?: string }, limit: number) {
  const items: WireViolation[] = []

  for (let cursor = {}; ; ) {
    const room = Math.min(limit - items.length, mostAtOnce)
    const page = await service.violations({ ...query, limit: room, ...cursor })
    items.push(...page.items)
    const { next } = page
    if (next === null || items.length >= limit || page.items.length < room) return { items, next }
    cursor = { cursor: next }
  }
}

/** What is shown of an id is enough for those that were seen last. */
async function wholeId(typed: string, service: Remote): Promise<string> {
  const { items } = await service.violations({ limit: mostAtOnce })
  const fitting = items.filter((one) => isId(one.id, typed))
  const [only, another] = fitting
  if (!another) return only?.id ?? typed

  const lines = fitting.map((one) => `${one.id}  ${one.guest.username}: ${titleOf(one.media)}`)
  throw new OtpError('ambiguous', [orders.severalViolations(typed), ...lines].join('\n'))
}

/** A day begins at midnight where the reader is. */
function instantOf(text: string, now: number): string {
  const ago = parseDurationMs(text.trim())
  if (ago !== undefined) return new Date(now - ago).toISOString()

  const [, day] = /^(\d{4}-\d\d-\d\d)$/.exec(text.trim()) ?? []
  const isInstant = z.iso.datetime({ offset: true }).safeParse(text.trim()).success
  const at = day ? Date.parse(`${day}T00:00`) : isInstant ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) throw usageError([orders.sinceUnreadable(text)])
  return new Date(at).toISOString()
}

const violationColumns: Column<WireViolation>[] = [
  { head: columns.id, cell: ({ id }) => shortId(id), whole: true },
  { head: columns.when, cell: ({ firstSeenAt }) => inColumn(firstSeenAt) },
  { head: columns.guest, cell: ({ guest }) => guest.username },
  { head: columns.played, cell: ({ media }) => titleOf(media) },
  { head: columns.player, cell: ({ player }) => `${player.product}, ${player.device}` },
  { head: columns.done, cell: whatWasDone },
  { head: columns.repeats, cell: ({ repeats }) => String(repeats) },
  { head: columns.decision, cell: ({ resolution }) => resolution?.action ?? '' },
]

/** "terminate accepted 0.3 s": the last rung tells how it went. */
function whatWasDone({ enforcement }: WireViolation): string {
  const last = enforcement.at(-1)
  if (!last) return words.nothingDone()

  const took = last.tookMs === undefined ? '' : ` ${(last.tookMs / 1000).toFixed(1)} s`
  return `${last.rung} ${last.outcome}${took}`
}
