import type { Command } from 'commander'
import { OtpError } from '../../core/errors.js'
import { connectionChecks as words } from '../../core/messages/connection-checks.js'
import { terminal } from '../../core/messages/terminal.js'
import type { Check } from '../../core/sign-in/checks.js'
import { addVerb, globalOptions, type OpenDesk } from '../verb.js'
import type { Own } from './own.js'

/** `otp test`: every step of the connection to Plex, and what to do about one that fails. */
export function addTest(program: Command, openDesk: OpenDesk, own: Own): void {
  addVerb(program, openDesk, {
    usage: 'test',
    summary: 'try the connection to Plex, step by step (needs no running service)',
    example: 'otp test --json',
    options: globalOptions,

    async run(_, { config }, { show }) {
      const checks = await show.waiting(terminal.waiting.server(), own.test(config))
      const failed = checks.filter((one) => one.outcome === 'bad').length

      show.one({ ok: failed === 0, checks }, () => checks.flatMap(linesOf))
      if (failed > 0) throw new OtpError('plex_refused', words.failed(failed))
    },
  })
}

/** One step for people: its mark, what was found, and below that what to do. */
export function linesOf({ outcome, found, remedy }: Pick<Check, 'outcome' | 'found' | 'remedy'>): string[] {
  const line = `${words.marks[outcome]} ${found}`
  return remedy === undefined ? [line] : [line, `  ${remedy}`]
}
