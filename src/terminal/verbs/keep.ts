import { type Command, Option } from 'commander'
import { z } from 'zod'
import type { Resumed } from '../../core/engine/restored.js'
import { OtpError } from '../../core/errors.js'
import { keeping as words } from '../../core/messages/keeping.js'
import { restored } from '../../core/messages/restored.js'
import type { Assignment } from '../../core/model.js'
import { titleOf } from '../../core/titles.js'
import { inColumn } from '../times.js'
import { addVerb, type Desk, globalOptions, type OpenDesk } from '../verb.js'

/** Backups of this machine's store and configuration; only `backup` may be done while OTP runs. */
export interface KeepingHere {
  backup(configFile: string, target: string | undefined): Promise<{ file: string; config: boolean }>
  restore(configFile: string, backup: string, how: { keepConfig: boolean }): Promise<RestoredHere>
  /** Goes on after a restore while no service runs. */
  resume(configFile: string): Promise<Resumed>
}

interface RestoredHere {
  store: string
  config?: string
  madeAt?: number
  kept: string[]
  assignments: Assignment[]
}

/** `otp backup`, `otp restore` and `otp resume`. */
export function addKeeping(program: Command, openDesk: OpenDesk, own: { keeping: KeepingHere }): void {
  addVerb(program, openDesk, {
    usage: 'backup [target]',
    summary: 'write store and configuration into one file, also while OTP runs',
    example: 'otp backup /var/backups/',
    options: globalOptions,

    async run([target], { config }, { show }) {
      const done = await show.waiting(words.backingUp(), own.keeping.backup(config, target))
      show.one(done, () => [done.config ? words.backedUp(done.file) : words.backedUpStoreOnly(done.file)])
    },
  })

  addVerb(program, openDesk, {
    usage: 'restore <file>',
    summary: 'bring back a backup while OTP is stopped; it then waits for "otp resume"',
    example: 'otp restore otp-2026-11-27T20-00-00Z.backup',
    flags: [new Option('--keep-config', 'bring back the store alone')],
    options: globalOptions.extend({ keepConfig: z.boolean().default(false) }),

    async run([file = ''], { config, keepConfig }, { show }) {
      const work = own.keeping.restore(config, file, { keepConfig })
      const done = await show.waiting(words.restoring(), work)
      show.one(inWire(done), () => linesOf(done, config))
    },
  })

  addVerb(program, openDesk, {
    usage: 'resume',
    summary: 'go on after a restore: streams are judged and deadlines count again',
    example: 'otp resume',
    options: globalOptions,

    async run(_, { config, url }, desk) {
      const done = (await byService(desk, url !== undefined)) ?? (await own.keeping.resume(config))
      desk.show.one(done, () => [done.resumed ? restored.resumed(done.assignments) : restored.nothing()])
    },
  })
}

/** Undefined where no service answers and nobody has said that one must. */
async function byService({ remote }: Desk, mustAnswer: boolean): Promise<Resumed | undefined> {
  try {
    return await (await remote()).resume()
  } catch (error) {
    const isAway =
      error instanceof OtpError && (error.code === 'service_unreachable' || error.code === 'not_configured')
    if (isAway && !mustAnswer) return undefined
    throw error
  }
}

function linesOf({ store, config, madeAt, kept, assignments }: RestoredHere, configFile: string): string[] {
  return [
    madeAt === undefined ? words.restored(store) : words.restoredOf(store, inColumn(inIso(madeAt))),
    config === undefined ? words.configKept(configFile) : words.configRestored(config),
    ...kept.map(words.kept),
    assignments.length === 0 ? words.noPasses() : words.passes(assignments.length),
    ...assignments.map(passLine),
    ...(assignments.length > 0 ? [words.next()] : []),
  ]
}

function passLine({ guest, media, state, expiresAt }: Assignment): string {
  const until = expiresAt === undefined ? words.untilFinished() : words.until(inColumn(inIso(expiresAt)))
  return words.pass(guest.username, titleOf(media), state, until)
}

function inWire({ madeAt, assignments, ...done }: RestoredHere): object {
  return {
    ...done,
    ...(madeAt !== undefined && { madeAt: inIso(madeAt) }),
    assignments: assignments.map(({ id, guest, media, state, expiresAt }) => ({
      id,
      guest: guest.username,
      media: titleOf(media),
      state,
      ...(expiresAt !== undefined && { expiresAt: inIso(expiresAt) }),
    })),
  }
}

function inIso(at: number): string {
  return new Date(at).toISOString()
}
