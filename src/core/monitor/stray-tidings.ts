import type { Settings } from '../api.js'
import type { AtHand } from '../engine/at-hand.js'
import type { EnforcementStep, Violation } from '../model.js'
import type { Change, Clock, PlexServer, Store } from '../ports.js'
import { guestId } from '../records.js'
import { isOpen } from '../states.js'
import type { Outbox } from '../telling/outbox.js'

/** What tells a guest that a stream of theirs was ended. */
export interface StrayTidings {
  /** The changes that tell of the step, if it is to be told; `attempt` 0 trusts what is at hand of the guest. */
  changesFor(violation: Violation, step: EnforcementStep, attempt: number): Promise<Change[]>
}

export function createStrayTidings(needs: {
  store: Store
  hand: AtHand
  outbox: Outbox
  plexServer: PlexServer
  clock: Clock
  settings: Settings
}): StrayTidings {
  const { store, hand, outbox, plexServer, clock } = needs
  const { repeatWindowMs } = needs.settings.monitor

  return { changesFor }

  async function changesFor(violation: Violation, step: EnforcementStep, attempt: number): Promise<Change[]> {
    if (!tellsGuest(violation, step)) return []

    const { machineIdentifier, guest } = violation
    const id = guestId(machineIdentifier, guest.plexId)
    const stored = (attempt === 0 && hand.guest(id)) || (await store.read('guest', id))
    if (!stored || isWithinWindow(stored.record.strayToldAt)) return []

    // Written with the message: of two streams that are ended at once, only one can tell.
    const record = { ...stored.record, strayToldAt: clock.now() }
    return [messageTo(violation), { kind: 'guest', id: stored.id, record, ifRevision: stored.revision }]
  }

  /** The guest hears that a stream was ended when it was, and at most once within the window. */
  function tellsGuest({ guest }: Violation, { rung, outcome }: EnforcementStep): boolean {
    const ended = (rung === 'terminate' || rung === 'stop') && (outcome === 'accepted' || outcome === 'gone')
    return ended && guest.discordUserId !== undefined
  }

  function isWithinWindow(at: number | undefined): boolean {
    return at !== undefined && clock.now() - at < repeatWindowMs
  }

  function messageTo(violation: Violation): Change {
    const { machineIdentifier, guest, media, slip, linkKey } = violation
    return outbox.draft(machineIdentifier, {
      to: 'guest',
      guest,
      notice: {
        kind: 'strayed',
        played: media,
        allowed: violation.allowed,
        slip,
        ...onlyPass(violation),
        ...(linkKey !== undefined && { link: plexServer.linkTo(machineIdentifier, linkKey) }),
      },
    }).change
  }

  /** The assignment that the guest can act on, where there is no other that they could mean. */
  function onlyPass({ machineIdentifier, guest: { plexId } }: Violation) {
    const open = hand
      .assignments()
      .filter(
        (one) => isOpen(one) && one.machineIdentifier === machineIdentifier && one.guest.plexId === plexId,
      )
    const [only, ...others] = open
    if (!only || others.length > 0) return {}
    return { assignmentId: only.id, ...(only.expiresAt !== undefined && { expiresAt: only.expiresAt }) }
  }
}
