import { type Finding, guestOf, mediaOf } from '../core/access/drift-findings.js'
import { english } from '../core/messages/english.js'
import { finding as shape, type WireFinding } from './shapes.js'

/** A finding as it travels, with what people read of it; what only OTP needs is left out. */
export function asWireFinding(finding: Finding): WireFinding {
  const { found, remedy } = english.drift.describe(finding)
  const guest = guestOf(finding)
  const media = mediaOf(finding)

  return shape.parse({
    kind: finding.kind,
    sentence: found,
    remedy,
    repairable: finding.repairable,
    ...(guest && { guest }),
    ...(media && { media }),
  })
}
