import { type Command, Option } from 'commander'
import { z } from 'zod'
import { terminal as words } from '../../core/messages/terminal.js'
import { orders } from '../../core/messages/terminal-orders.js'
import { titleOf } from '../../core/titles.js'
import { orPick } from '../asking.js'
import { addVerb, type OpenDesk } from '../verb.js'
import { limitLines, wholeNumber } from './assign.js'

/** `otp extend`: other limits for what a guest has. */
export function addExtend(program: Command, openDesk: OpenDesk): void {
  addVerb(program, openDesk, {
    usage: 'extend <guest> <when...>',
    summary:
      "change the deadline of a guest's only assignment, or of one by its id (36h, 7d, an ISO time, or words such as friday 20:00)",
    example: 'otp extend robin 2d',
    flags: [new Option('--plays <n>', 'change the number of plays as well').argParser(wholeNumber)],
    options: z.object({ plays: z.number().exactOptional() }),

    async run([guest = '', ...when], limits, desk) {
      const remote = await desk.remote()
      const { show } = desk
      const wanted = { expires: when.join(' '), ...limits }
      const done = await orPick(show, guest, (name, isPicked) =>
        show.waiting(
          orders.waiting.service(),
          isAssignment(name, isPicked)
            ? remote.changeLimits({ id: name, ...wanted })
            : remote.extend({ guest: name, ...wanted }),
        ),
      )

      show.one(done, () => [
        words.limitsChanged(titleOf(done.media), done.guest.username),
        ...limitLines(done, done.extended),
        ...(done.guestTold === 'not-linked' ? [words.deadlineTellYourself()] : []),
      ])
    },
  })
}

/** What is picked is one of several people, by a Plex id, or of several assignments; its id may be typed as well. */
function isAssignment(name: string, isPicked: boolean): boolean {
  return isPicked ? !/^\d+$/.test(name) : /^0[0-9a-hjkmnp-tv-z]{23}$/.test(name)
}
