import type { RepairReport } from '../core/access/drift-findings.js'
import { english } from '../core/messages/english.js'
import type { ServerReport } from '../core/server-report.js'
import { asWireFinding } from '../wire/finding.js'
import type { WireRepairReport, WireServerReport } from '../wire/shapes.js'

/** The report on the server, in the shapes of the API. */
export function presentServer(it: ServerReport): WireServerReport {
  const { account, drift } = it

  return {
    ok: it.checks.every((one) => one.outcome !== 'bad'),
    checks: it.checks,
    ...(it.machineIdentifier !== undefined && { machineIdentifier: it.machineIdentifier }),
    ...(it.version !== undefined && { version: it.version }),
    ...(it.name !== undefined && { name: it.name }),
    ...(it.capabilities && { capabilities: it.capabilities }),
    account: account.ok ? { ok: true, owner: account.owner } : account,
    people: it.people ?? null,
    ...('findings' in drift
      ? { drift: drift.findings.map(asWireFinding), passedOver: drift.passedOver.map(passedOver) }
      : { drift: null, driftReason: drift.reason, passedOver: [] }),
  }
}

export function presentRepair({ repaired, left, passedOver: over }: RepairReport): WireRepairReport {
  return {
    repaired: repaired.map(asWireFinding),
    left: left.map(asWireFinding),
    passedOver: over.map(passedOver),
  }
}

const { passedOver } = english.drift
