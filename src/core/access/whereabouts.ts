import type { PersonSettings, Share } from '../model.js'
import type { PlexAccount } from '../ports.js'

/** What somebody has of the owner's servers at this moment. */
export interface Whereabout {
  share: Share | undefined
  /** Undefined when plex.tv does not know them as connected to the owner. */
  settings?: PersonSettings
  /** They see something of another server of the owner's. */
  elsewhere: boolean
}

/** Finds out where people stand, on all servers of the owner. */
export interface Whereabouts {
  of(machineIdentifier: string, plexId: string): Promise<Whereabout>
}

export function createWhereabouts({ plexAccount }: { plexAccount: PlexAccount }): Whereabouts {
  return { of }

  async function of(machineIdentifier: string, plexId: string): Promise<Whereabout> {
    const theirs = (await plexAccount.shares()).filter((one) => one.person?.plexId === plexId)
    const share = theirs.find((one) => one.machineIdentifier === machineIdentifier)
    const friend = (await plexAccount.friends()).find((one) => one.plexId === plexId)
    const settings = share?.settings ?? friend?.settings

    return {
      share,
      elsewhere: theirs.some((one) => one.machineIdentifier !== machineIdentifier),
      ...(settings && { settings }),
    }
  }
}
