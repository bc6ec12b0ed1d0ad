import { type Command, Option } from 'commander'
import { z } from 'zod'
import { terminal as words } from '../../core/messages/terminal.js'
import { orders } from '../../core/messages/terminal-orders.js'
import { titleOf } from '../../core/titles.js'
import { orPick } from '../asking.js'
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
      const why = reason === undefined ? {} : { reason }
      const done = await orPick(desk.show, guest, (name) =>
        desk.show.waiting(orders.waiting.back(name), remote.unassign({ guest: name, ...why })),
      )

      desk.show.one(done, () => [
        ...done.ended.map((one) => words.ended(titleOf(one.media), one.guest.username)),
        done.access === 'restored' ? words.accessRestored() : words.accessPending(),
      ])
    },
  })
}
