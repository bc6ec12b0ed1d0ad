import { Command, CommanderError, Option } from 'commander'
import { OtpError } from '../core/errors.js'
import { terminal as words } from '../core/messages/terminal.js'
import type { Clock } from '../core/ports.js'
import { exitOf, exits, usageError } from './exit-codes.js'
import { createRemote } from './remote.js'
import { createShow, type Screen } from './screen.js'
import { printable } from './table.js'
import { type Desk, type GlobalOptions, globalOptions } from './verb.js'
import { addAssign } from './verbs/assign.js'
import { addCompletion } from './verbs/completion.js'
import { addDoctor } from './verbs/doctor.js'
import { addExtend } from './verbs/extend.js'
import { addInit } from './verbs/init.js'
import { addInvite } from './verbs/invite.js'
import { addKeeping } from './verbs/keep.js'
import { addKey } from './verbs/key.js'
import { addKill } from './verbs/kill.js'
import { addLibrary } from './verbs/library.js'
import { addLogin } from './verbs/login.js'
import { addLooking } from './verbs/look.js'
import { addMonitor } from './verbs/monitor.js'
import { addOwn, type Own } from './verbs/own.js'
import { addProbe } from './verbs/probe.js'
import { addTest } from './verbs/test.js'
import { addUnassign } from './verbs/unassign.js'
import { addViolations } from './verbs/violations.js'
import { addWatch } from './verbs/watch.js'

/** Longer lines are hard to read. */
const mostHelpColumns = 100

export interface TerminalNeeds {
  own: Own
  /** Address and key of the service as the configuration file has them. */
  service(configFile: string): Promise<{ url: string; key: string }>
  /** Aborts when the program is to end, for verbs that go on until then. */
  interrupted(): AbortSignal
  env: Readonly<Record<string, string | undefined>>
  screen: Screen
  clock: Clock
  version: string
}

/** The program `otp`: reads the words after it, does what they say and answers with the exit code. */
export function createTerminal({ own, service, interrupted, env, screen, clock, version }: TerminalNeeds) {
  return { run }

  async function run(argv: readonly string[]): Promise<number> {
    try {
      await createProgram().parseAsync(argv, { from: 'user' })
      return exits.done
    } catch (error) {
      return failed(error)
    }
  }

  function createProgram(): Command {
    const program = new Command('otp')
      .description('A guest pass for Plex: lend one film or one episode to one person.')
      .version(version)
      .addOption(new Option('--config <file>', 'the configuration file').default('config.toml'))
      .option('--url <url>', 'address of the running service (or OTP_URL)')
      .option('--key <key>', 'key of the running service (or OTP_API_KEY)')
      .option('--json', 'one JSON value per line, for scripts')
      .addHelpText('after', '\nExample:\n  otp assign robin "Arrival" --expires 36h')
      .configureHelp({ showGlobalOptions: true })
      .configureOutput({
        writeOut: (text) => screen.out(text.trimEnd()),
        writeErr: (text) => screen.err(text.trimEnd()),
        getOutHelpWidth: () => Math.min(screen.width, mostHelpColumns),
        getErrHelpWidth: () => Math.min(screen.width, mostHelpColumns),
      })
      .exitOverride()
      .allowExcessArguments()
      .action(async () => {
        const [verb] = program.args
        if (verb !== undefined) throw usageError([words.unknownVerb(verb)])
        await own.serve(globalOptions.parse(program.opts()).config)
      })

    addAssign(program, openDesk)
    addUnassign(program, openDesk)
    addExtend(program, openDesk)
    addInvite(program, openDesk)
    addLooking(program, openDesk)
    addWatch(program, openDesk, clock)
    addKill(program, openDesk)
    addViolations(program, openDesk, clock)
    addMonitor(program, openDesk)
    addLibrary(program, openDesk, own)
    addKey(program, openDesk)
    addInit(program, openDesk, own, clock)
    addLogin(program, openDesk, own, clock)
    addTest(program, openDesk, own)
    addDoctor(program, openDesk, own)
    addKeeping(program, openDesk, own)
    addProbe(program, openDesk, own, version)
    addOwn(program, openDesk, own)
    addCompletion(program, openDesk)
    return program
  }

  function openDesk(globals: GlobalOptions): Desk {
    return {
      show: createShow(screen, globals.json, clock),
      service: () => whereTo(globals),
      interrupted,
      remote: async (how) => createRemote({ ...(await whereTo(globals)), ...how }),
    }
  }

  /** Flags go before the environment, the environment before the file; the file is read only when needed. */
  async function whereTo(globals: GlobalOptions): Promise<{ url: string; key: string }> {
    const url = globals.url ?? (env.OTP_URL || undefined)
    const key = globals.key ?? (env.OTP_API_KEY || undefined)
    const written = url === undefined || key === undefined ? await service(globals.config) : { url, key }
    const found = { url: url ?? written.url, key: key ?? written.key }

    if (!isAddress(found.url)) throw usageError([words.wrongUrl(found.url)])
    if (found.key === '') throw new OtpError('not_configured', words.noKey())
    return found
  }

  function failed(error: unknown): number {
    if (error instanceof CommanderError) {
      // Commander has said its own already.
      if (error.code === 'otp.usage') screen.err(error.message)
      return error.exitCode === 0 ? exits.done : exits.usage
    }
    if (error instanceof OtpError) {
      for (const line of error.message.split('\n')) screen.err(printable(line))
      return exitOf[error.code]
    }
    screen.err(words.bug(error instanceof Error ? (error.stack ?? error.message) : String(error)))
    return exits.failed
  }
}

function isAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
