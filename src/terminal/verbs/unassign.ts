import { type Command, Option } from 'commander'
import { z } from 'zod'
import { terminal as words } from '../../core/messages/terminal.js'
import { titleOf } from '../../core/titles.js'
import { addVerb, type OpenDesk } from '../verb.js'

/** `otp unassign`: ends what a guest has and takes back what OTP gave. */
export function addUnassign(program: Command, openDesk: OpenDesk): void {
  addVerb(program, openDesk, {
    usage: 'unassign <guest>',
    summary: "end a guest's assignments and take back the access that OTP gave",
    example: 'otp unassign robin --reason "the weekend is over"',
    flags: [new Option('--reason <text>', 'told to the guest')],
    options: z.object({ reason: z.string().exactOptional() }),

    async run([guest = ''], { reason }, desk) {
      const remote = await desk.remote()
      const done = await remote.unassign({ guest, ...(reason !== undefined && { reason }) })

      desk.show.one(done, () => [
        ...done.ended.map((one) => words.ended(titleOf(one.media), one.guest.username)),
        done.access === 'restored' ? words.accessRestored() : words.accessPending(),
      ])
    },
  })
}
