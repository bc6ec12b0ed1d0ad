import { type Command, Option } from 'commander'
import { z } from 'zod'
import type { DriftReport, RepairReport } from '../../core/access/drift-findings.js'
import { OtpError } from '../../core/errors.js'
import { connectionChecks } from '../../core/messages/connection-checks.js'
import { doctor as words } from '../../core/messages/doctor.js'
import { drift as driftWords } from '../../core/messages/drift.js'
import type { Check } from '../../core/sign-in/checks.js'
import { asWireFinding } from '../../wire/finding.js'
import type { WireFinding, WireRepairReport } from '../../wire/shapes.js'
import type { Show } from '../screen.js'
import { addVerb, type Desk, globalOptions, type OpenDesk } from '../verb.js'
import type { Own } from './own.js'
import { linesOf } from './test.js'

/** What can be looked at on this machine, without a running service. */
export interface DoctorHere {
  /** Every step but the comparison of Plex with the records. */
  checks(): Promise<Check[]>
  /** That comparison; missing where there is nothing to make it with. */
  drift?: { look(): Promise<DriftReport>; repair(by: string): Promise<RepairReport> }
}

/** A step, or a part of the last one. */
type Line = Pick<Check, 'outcome' | 'found' | 'remedy'> & { check: Check['check'] | 'drift' | 'repair' }

type Say = (line: Line, facts?: object) => void

/** Without these nothing of Plex can be compared. */
const needed: readonly Check['check'][] = ['server', 'token', 'account']

/** `otp doctor`: everything that OTP needs, step by step, and what at Plex no pass explains. */
export function addDoctor(program: Command, openDesk: OpenDesk, own: Own): void {
  addVerb(program, openDesk, {
    usage: 'doctor',
    summary: 'look at all that OTP needs and what it left at Plex (needs no running service)',
    example: 'otp doctor --repair',
    flags: [new Option('--repair', 'take away what OTP made and no pass needs any more')],
    options: globalOptions.extend({ repair: z.boolean().default(false) }),

    async run(_, { config, repair }, desk) {
      const lines = createLines(desk.show)
      await own.doctor(config, (here) => examine(here, desk, repair, lines.say))
      const failed = lines.failed()
      if (failed > 0) throw new OtpError('conflict', connectionChecks.failed(failed))
    },
  })
}

/** Each step as it is done: its mark and what was found for people, one object for scripts. */
function createLines(show: Show): { say: Say; failed(): number } {
  let failed = 0
  return { say, failed: () => failed }

  function say(line: Line, facts: object = {}): void {
    if (line.outcome === 'bad') failed += 1
    show.one({ ...line, ...facts }, () => linesOf(line))
  }
}

async function examine(here: DoctorHere, desk: Desk, repair: boolean, say: Say): Promise<void> {
  const checks = await desk.show.waiting(words.looking(), here.checks())
  for (const check of checks) say(check)

  const isReached = checks.every((one) => one.outcome !== 'bad' || !needed.includes(one.check))
  try {
    const found = await compared(here, desk, { repair, isReached, say })
    if (found) sayFound(found, say)
    else say({ check: 'drift', outcome: 'skipped', found: words.driftSkipped() })
  } catch (error) {
    if (!(error instanceof OtpError)) throw error
    const found = words.driftUnknown(error.message)
    const isStranger = error.code === 'unauthenticated' || error.code === 'forbidden'
    const remedy = isStranger ? words.service.keyRefused() : words.driftRemedy()
    say({ check: 'drift', outcome: 'bad', found, remedy })
  }
}

/** By the running service, which knows what is under way, or from here where none answers. */
async function compared(
  { drift }: DoctorHere,
  desk: Desk,
  { repair, isReached, say }: { repair: boolean; isReached: boolean; say: Say },
): Promise<WireRepairReport | undefined> {
  if (!drift) return undefined

  const text = repair ? words.repairing() : words.looking()
  const told = await desk.show.waiting(text, toldByService(desk, repair))
  if (told) {
    say({ check: 'service', outcome: 'good', found: words.service.there() })
    return told
  }
  say({ check: 'service', outcome: 'lacking', found: words.service.none() })
  if (!isReached) return undefined
  return desk.show.waiting(
    text,
    repair ? drift.repair('terminal').then(repairInWire) : drift.look().then(lookInWire),
  )
}

/** Undefined where no service answers; without a key nobody is let in, so there is none to ask. */
async function toldByService({ remote }: Desk, repair: boolean): Promise<WireRepairReport | undefined> {
  try {
    const service = await remote()
    if (repair) return await service.repair()

    const { drift, driftReason = '', passedOver } = await service.server()
    if (!drift) throw new OtpError('plex_unreachable', driftReason)
    return { repaired: [], left: drift, passedOver }
  } catch (error) {
    const isAway =
      error instanceof OtpError && (error.code === 'service_unreachable' || error.code === 'not_configured')
    if (isAway) return undefined
    throw error
  }
}

function sayFound({ repaired, left, passedOver }: WireRepairReport, say: Say): void {
  for (const finding of repaired) {
    say({ check: 'repair', outcome: 'good', found: words.repaired(finding.sentence) }, factsOf(finding))
  }
  for (const finding of left) {
    const { sentence: found, remedy } = finding
    say({ check: 'drift', outcome: 'bad', found, remedy }, factsOf(finding))
  }
  for (const found of passedOver) say({ check: 'drift', outcome: 'skipped', found })
  if (left.length === 0) say({ check: 'drift', outcome: 'good', found: driftWords.nothing() })
}

function factsOf({ sentence: _, remedy: __, ...facts }: WireFinding): object {
  return facts
}

function lookInWire({ findings, passedOver }: DriftReport): WireRepairReport {
  return repairInWire({ repaired: [], left: findings, passedOver })
}

function repairInWire({ repaired, left, passedOver }: RepairReport): WireRepairReport {
  return {
    repaired: repaired.map(asWireFinding),
    left: left.map(asWireFinding),
    passedOver: passedOver.map(driftWords.passedOver),
  }
}
