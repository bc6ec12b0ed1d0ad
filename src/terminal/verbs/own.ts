import { type Command, Option } from 'commander'
import { z } from 'zod'
import type { Libraries } from '../../core/access/libraries.js'
import { OtpError } from '../../core/errors.js'
import { terminal as words } from '../../core/messages/terminal.js'
import type { Probed } from '../../core/probed.js'
import type { Check } from '../../core/sign-in/checks.js'
import { usageError } from '../exit-codes.js'
import { addVerb, globalOptions, type OpenDesk } from '../verb.js'
import type { DoctorHere } from './doctor.js'
import type { DiscordSetUpHere } from './init-discord.js'
import type { KeepingHere } from './keep.js'
import type { SignInHere } from './login.js'

/** What this machine does itself, without asking a running service. */
export interface Own {
  /** Runs the service until it is told to stop. */
  serve(configFile: string): Promise<void>
  demo(options: { stay: boolean }): Promise<void>
  /** The libraries of the Plex server of the configuration, without a running service. */
  libraries<T>(configFile: string, work: (here: LibrariesHere) => Promise<T>): Promise<T>
  /** Signing in at Plex with the configuration and the store of the service, which need not run. */
  signIn<T>(configFile: string, work: (here: SignInHere) => Promise<T>): Promise<T>
  /** Tries every step of the way to Plex. */
  test(configFile: string): Promise<Check[]>
  /** Tries every step of the way to Discord. */
  discord(configFile: string): Promise<Check[]>
  /** What Discord can be set up with, in the configuration. */
  discordSetUp(configFile: string): Promise<DiscordSetUpHere>
  /** Looks at everything that OTP needs, without a running service. */
  doctor<T>(configFile: string, work: (here: DoctorHere) => Promise<T>): Promise<T>
  keeping: KeepingHere
  /** Asks Plex what its documents leave open, and changes nothing. */
  probe(configFile: string): Promise<Probed[]>
  config: {
    /** Every problem in the file, one sentence each; undefined when there is no file. */
    check(file: string): Promise<string[] | undefined>
    /** Writes the default file. Throws `conflict` where one is. */
    write(file: string): Promise<void>
  }
}

export interface LibrariesHere {
  libraries: Libraries
  /** Whether there is a store, so that it is known which libraries are needed. */
  knowsPasses: boolean
}

/** The verbs that need no running service. */
export function addOwn(program: Command, openDesk: OpenDesk, own: Own): void {
  addVerb(program, openDesk, {
    usage: 'serve',
    summary: 'run the service (also without any verb)',
    example: 'otp serve --config /etc/otp/config.toml',
    options: globalOptions,

    async run(_, { config }) {
      await own.serve(config)
    },
  })

  addVerb(program, openDesk, {
    usage: 'config',
    summary: 'write the default configuration file',
    example: 'otp config --check',
    flags: [
      new Option('--path', 'only say where the file is'),
      new Option('--check', 'check the file, write nothing').conflicts('path'),
    ],
    options: globalOptions.extend({ path: z.boolean().default(false), check: z.boolean().default(false) }),

    async run(_, { config, path, check }, { show }) {
      if (path) return show.one({ path: config }, () => [config])
      if (check) {
        const problems = await own.config.check(config)
        if (!problems) throw new OtpError('not_configured', words.configMissing(config))
        if (problems.length > 0) throw usageError(problems)
        return show.one({ path: config, problems }, () => [words.configGood(config)])
      }

      await own.config.write(config)
      show.one({ path: config }, () => [words.configWritten(config)])
    },
  })

  addVerb(
    program,
    openDesk,
    {
      usage: 'demo',
      summary: 'one evening with simulated Plex and Discord',
      example: 'otp demo --stay',
      flags: [new Option('--stay', 'leave everything running afterwards')],
      options: z.object({ stay: z.boolean().default(false) }),

      async run(_, { stay }) {
        await own.demo({ stay })
      },
    },
    { hidden: true },
  )
}
