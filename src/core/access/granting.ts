import { readUntil } from '../engine/read-until.js'
import { OtpError } from '../errors.js'
import { obstacles } from '../messages/obstacles.js'
import type { ItemGrant } from '../model.js'
import type { Clock, PlexAccount } from '../ports.js'
import { fenceImpossible } from './fences.js'
import { sameKeys } from './wanted.js'

const readBackAfterMs = [0, 1_000, 2_000, 4_000] as const

export interface GrantPlan {
  machineIdentifier: string
  plexId: string
  /** What OTP has granted so far, or was about to. */
  granted: readonly string[]
  wanted: readonly string[]
  /** Whether something may be granted now, or only taken back. */
  mayGrant: boolean
}

/** Single items, granted one by one. Plex documents none of it: what is not read back has not been given. */
export interface Granting {
  /**
   * Throws `fence_unavailable` when plex.tv does not grant, or somebody else's grants are in the way. `left`: what
   * is there too much cannot be taken back without what somebody else has granted.
   */
  reach(plan: GrantPlan): Promise<'done' | 'left'>
}

export function createGranting({ plexAccount, clock }: { plexAccount: PlexAccount; clock: Clock }): Granting {
  return { reach }

  async function reach(plan: GrantPlan): Promise<'done' | 'left'> {
    const { granted, mayGrant } = plan
    let { wanted } = plan
    if (granted.length === 0 && wanted.length === 0) return 'done'

    const theirs = await grantsOf(plan).catch((error: unknown) => {
      // Where plex.tv lists no grants there is nothing to be found, and nothing to be taken back.
      if (
        (mayGrant && wanted.length > 0) ||
        !(error instanceof OtpError) ||
        error.code !== 'fence_unavailable'
      )
        throw error
      return undefined
    })
    if (!theirs) return 'left'

    const there = theirs.flatMap((one) => one.ratingKeys)
    if (!mayGrant) wanted = wanted.filter((key) => there.includes(key))
    const foreign = there.filter((key) => !granted.includes(key))
    const surplus = there.filter((key) => granted.includes(key) && !wanted.includes(key))
    const missing = wanted.filter((key) => !there.includes(key))

    // A grant is taken back as a whole, with whatever else is in it.
    if (foreign.length > 0 && missing.length > 0) throw fenceImpossible('item', obstacles.itemGrantsByHand())
    if (foreign.length > 0 && surplus.length > 0) return 'left'

    if (surplus.length > 0) for (const { grantId } of theirs) await plexAccount.removeGrant(grantId)
    for (const ratingKey of surplus.length > 0 ? wanted : missing) await grant(plan, ratingKey)
    if (surplus.length > 0 || missing.length > 0) await readBack({ ...plan, wanted })
    return 'done'
  }

  async function grant({ machineIdentifier, plexId }: GrantPlan, ratingKey: string): Promise<void> {
    try {
      await plexAccount.grantItem({ machineIdentifier, plexId, ratingKey })
    } catch (error) {
      // Without an answer it may have been granted all the same; reading back tells.
      if (error instanceof OtpError && error.code === 'plex_unreachable') return
      if (error instanceof OtpError && error.code === 'plex_refused')
        throw fenceImpossible('item', error.message)
      throw error
    }
  }

  async function readBack(plan: GrantPlan): Promise<void> {
    const read = async () => (await grantsOf(plan)).flatMap((one) => one.ratingKeys)
    const isRight = (there: string[]) => sameKeys(there, plan.wanted)
    if (isRight(await readUntil(clock, readBackAfterMs, read, isRight))) return
    throw fenceImpossible('item', obstacles.grantNotKept())
  }

  async function grantsOf({ machineIdentifier, plexId }: GrantPlan): Promise<ItemGrant[]> {
    const grants = await plexAccount.grants().catch((error: unknown) => {
      if (error instanceof OtpError && error.code === 'plex_refused')
        throw fenceImpossible('item', error.message)
      throw error
    })
    return grants.filter((one) => one.machineIdentifier === machineIdentifier && one.plexId === plexId)
  }
}
