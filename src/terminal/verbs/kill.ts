import { type Command, Option } from 'commander'
import { z } from 'zod'
import { OtpError } from '../../core/errors.js'
import { terminal as words } from '../../core/messages/terminal.js'
import { orders } from '../../core/messages/terminal-orders.js'
import { titleOf } from '../../core/titles.js'
import type { WireSession } from '../../wire/shapes.js'
import { pick } from '../asking.js'
import type { Show } from '../screen.js'
import { isId, shortId } from '../short-ids.js'
import { addVerb, type OpenDesk } from '../verb.js'

/** `otp kill`: ends the stream of a guest. */
export function addKill(program: Command, openDesk: OpenDesk): void {
  addVerb(program, openDesk, {
    usage: 'kill <session>',
    summary: "end a guest's stream, by its id or by the name of a guest with only one",
    example: 'otp kill robin --reason "Time for bed."',
    flags: [new Option('--reason <text>', 'shown on the screen of the guest')],
    options: z.object({ reason: z.string().exactOptional() }),

    async run([text = ''], why, { remote, show }) {
      const service = await remote()
      const running = await show.waiting(orders.waiting.service(), service.sessions())
      const { id } = await meant(text, running, show)
      const ended = await show.waiting(orders.waiting.end(), service.endSession({ id, ...why }))

      show.one(ended, () => [orders.streamEnded(playedIn(ended), ended.guest.username)])
    },
  })
}

/** What the stream plays, in a sentence. */
export function playedIn({ media }: WireSession): string {
  return media ? titleOf(media) : words.unknownMedia()
}

async function meant(text: string, running: readonly WireSession[], show: Show): Promise<WireSession> {
  const fitting = running.filter(({ id, guest }) => isId(id, text) || isCalled(guest, text))
  const [only, another] = fitting
  if (!only) throw new OtpError('not_found', orders.noStream(text))
  if (!another) return only

  const heading = orders.severalStreams(text)
  const picked = await pick(show, {
    heading,
    options: fitting.map((one) => ({ value: one, label: lineOf(one) })),
  })
  if (picked) return picked
  const lines = fitting.map((one) => `${shortId(one.id)}  ${lineOf(one)}`)
  throw new OtpError('ambiguous', [heading, ...lines].join('\n'))
}

function isCalled({ plexId, username, email }: WireSession['guest'], text: string): boolean {
  return [plexId, username, email].some((one) => one?.toLowerCase() === text.toLowerCase())
}

function lineOf(session: WireSession): string {
  return `${session.guest.username}: ${playedIn(session)}, ${session.player.product}, ${session.player.device}`
}
