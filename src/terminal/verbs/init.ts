import { type Command, Option } from 'commander'
import { z } from 'zod'
import { OtpError } from '../../core/errors.js'
import { connectionChecks } from '../../core/messages/connection-checks.js'
import { discordSetup } from '../../core/messages/discord-setup.js'
import { init as words } from '../../core/messages/init.js'
import { login } from '../../core/messages/sign-in.js'
import type { Clock } from '../../core/ports.js'
import { usageError } from '../exit-codes.js'
import { addVerb, globalOptions, type OpenDesk } from '../verb.js'
import { setUpDiscord } from './init-discord.js'
import { logIn } from './login.js'
import type { Own } from './own.js'
import { linesOf } from './test.js'

/** `otp init`: signs in at Plex, sets Discord up, and looks at the way there, step by step. */
export function addInit(program: Command, openDesk: OpenDesk, own: Own, clock: Clock): void {
  addVerb(program, openDesk, {
    usage: 'init',
    summary: 'set up OTP step by step: sign in at Plex, then Discord (needs no running service)',
    example: 'otp init --server "Attic Box"',
    flags: [
      new Option('--server <server>', 'name or id of the server, where the account owns several'),
      new Option('--discord-only', 'only Discord; without a terminal, only try the way there').conflicts(
        'server',
      ),
    ],
    options: globalOptions.extend({
      server: z.string().exactOptional(),
      discordOnly: z.boolean().default(false),
    }),

    async run(_, { config, server: wanted, discordOnly }, { show }) {
      if (!discordOnly && !show.canAsk) throw usageError([words.needsTerminal()])
      if (!discordOnly) {
        const { account, server, url } = await logIn(own, { config, wanted, show, clock })
        show.one({ account, server, url }, () => [
          login.signedIn(account.username),
          login.guards(server.name, url),
        ])
      }

      if (show.canAsk) await setUpDiscord(await own.discordSetUp(config), config, show)
      const checks = await show.waiting(discordSetup.looking(), own.discord(config))
      for (const check of checks) show.one(check, () => linesOf(check))
      const failed = checks.filter((one) => one.outcome === 'bad').length
      if (failed > 0) throw new OtpError('conflict', connectionChecks.failed(failed))
    },
  })
}
