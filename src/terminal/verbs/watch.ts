import type { Command } from 'commander'
import { z } from 'zod'
import { events as words } from '../../core/messages/events.js'
import type { Clock } from '../../core/ports.js'
import { titleOf } from '../../core/titles.js'
import { event, type WireEvent } from '../../wire/event.js'
import { followEvents } from '../events.js'
import type { Show } from '../screen.js'
import { atClock } from '../times.js'
import { addVerb, type OpenDesk } from '../verb.js'

/** What every event says of itself, also one that a newer service tells of. */
const anyEvent = z.object({ event: z.string() })

export function addWatch(program: Command, openDesk: OpenDesk, clock: Clock): void {
  addVerb(program, openDesk, {
    usage: 'watch',
    summary: 'what happens, as it happens, until you press Ctrl-C',
    example: 'otp watch --json',
    options: z.object({}),

    async run(_, __, { service, interrupted, show }) {
      await followEvents({
        ...(await service()),
        clock,
        signal: interrupted(),
        onData: (data) => showEvent(show, data),
        onLost: () => show.aside(words.lost()),
        onBack: () => show.aside(words.back()),
      })
    },
  })
}

function showEvent(show: Show, data: string): void {
  const said: unknown = JSON.parse(data)
  const { event: name } = anyEvent.parse(said)
  if (name === 'missed') {
    show.aside(words.missed())
    return
  }
  const known = event.safeParse(said)
  show.one(said, () => [known.success ? `${atClock(known.data.at)}  ${lineOf(known.data)}` : name])
}

function lineOf(it: WireEvent): string {
  const { assignment, violation, invitation, guest, monitor, server } = it
  const who = assignment?.guest ?? violation?.guest ?? guest
  const media = assignment?.media ?? violation?.media
  const name = who?.username ?? invitation?.invitee ?? monitor?.by ?? ''
  const what = media ? titleOf(media) : (invitation?.library ?? server?.reason ?? '')
  return words.told[it.event](name, what)
}
