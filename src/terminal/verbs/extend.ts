import { type Command, Option } from 'commander'
import { z } from 'zod'
import { terminal as words } from '../../core/messages/terminal.js'
import { titleOf } from '../../core/titles.js'
import { addVerb, type OpenDesk } from '../verb.js'
import { limitLines, wholeNumber } from './assign.js'

/** `otp extend`: other limits for what a guest has. */
export function addExtend(program: Command, openDesk: OpenDesk): void {
  addVerb(program, openDesk, {
    usage: 'extend <guest> <when...>',
    summary:
      "change the deadline of a guest's only assignment (36h, 7d, an ISO time, or words such as friday 20:00)",
    example: 'otp extend robin 2d',
    flags: [new Option('--plays <n>', 'change the number of plays as well').argParser(wholeNumber)],
    options: z.object({ plays: z.number().exactOptional() }),

    async run([guest = '', ...when], limits, desk) {
      const remote = await desk.remote()
      const done = await remote.extend({ guest, expires: when.join(' '), ...limits })

      desk.show.one(done, () => [
        words.limitsChanged(titleOf(done.media), done.guest.username),
        ...limitLines(done, done.extended),
        ...(done.guestTold === 'not-linked' ? [words.deadlineTellYourself()] : []),
      ])
    },
  })
}
