import { type Command, Option } from 'commander'
import { z } from 'zod'
import { orders } from '../../core/messages/terminal-orders.js'
import type { WireInvitation } from '../../wire/shapes.js'
import { orConfirm, orPick } from '../asking.js'
import { addVerb, type OpenDesk } from '../verb.js'

/** `otp invite`: standing access to one library. */
export function addInvite(program: Command, openDesk: OpenDesk): void {
  addVerb(program, openDesk, {
    usage: 'invite <plex> <library...>',
    summary: 'give an account (username or e-mail) standing access to a library; makes nobody a guest',
    example: 'otp invite robin "Short Films"',
    flags: [new Option('--member <id>', 'their Discord user id, for the steps by message')],
    options: z.object({ member: z.string().exactOptional() }),

    async run([plex = '', ...library], { member }, { remote, show }) {
      const service = await remote()
      const request = { library: library.join(' '), ...(member !== undefined && { discordUserId: member }) }
      const made = await orPick(show, plex, (invitee) =>
        orConfirm(show, ({ ask }) =>
          show.waiting(
            orders.waiting.invite(invitee),
            service.invite({ invitee, ...request, ...(ask && { ask }) }),
          ),
        ),
      )
      show.one(made, () => linesOf(made))
    },
  })
}

function linesOf({ invitee, guest, library = '', state }: WireInvitation): string[] {
  const name = guest?.username ?? invitee
  switch (state) {
    case 'accepted':
      return [orders.opened(name, library), orders.howLong()]
    case 'asked':
      return [orders.inviteUnsure(name)]
    default:
      return [orders.sent(name, library), orders.howLong()]
  }
}
