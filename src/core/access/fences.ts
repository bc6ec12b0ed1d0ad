import { OtpError } from '../errors.js'
import { obstacles } from '../messages/obstacles.js'
import { refusals } from '../messages/refusals.js'
import type { AccessBefore, Capabilities, Fence, MediaItem, PassedOver } from '../model.js'

/** What decides which fences can be put up. */
export interface FenceFacts {
  media: MediaItem
  capabilities: Capabilities
  /** The guest's access without OTP; undefined for somebody whom plex.tv does not know as connected. */
  before: AccessBefore | undefined
  privateRoot: boolean
  itemGrants: boolean
  /** Fences of the guest's other assignments that stay beside this one, in the same kind of library. */
  beside: readonly Fence[]
}

export interface ChosenFence {
  fence: Fence
  /** Stronger ones that were not possible. */
  passedOver: PassedOver[]
}

/**
 * The fence that will be put up: the one that was asked for or, with `auto`, the strongest that works. Throws
 * `plex_pass_required` or `fence_unavailable` for one that was asked for and cannot be.
 */
export function chooseFence(wish: Fence | 'auto', facts: FenceFacts): ChosenFence {
  if (wish === 'item' && facts.itemGrants) return firstPossible(['item', 'library'], facts)
  if (wish !== 'auto') return { fence: possible(wish, facts), passedOver: [] }

  const isWhole = facts.media.type === 'movie' || facts.media.type === 'show'
  return firstPossible(isWhole ? ['label', 'library'] : ['private', 'library'], facts)
}

/** Whether the guest sees something that OTP did not give, or is restricted in another way. */
export function hasOtherAccess(before: AccessBefore | undefined): boolean {
  return otherAccess(before) !== undefined
}

/** A fence that was asked for and cannot be, or that turned out not to hold. */
export function fenceImpossible(fence: Fence, why: string): OtpError {
  const code = why === obstacles.noPlexPass() ? 'plex_pass_required' : 'fence_unavailable'
  return new OtpError(code, refusals.fenceImpossible(fence, why), { why })
}

function firstPossible(order: readonly Fence[], facts: FenceFacts): ChosenFence {
  const passedOver: PassedOver[] = []
  for (const fence of order) {
    const why = obstacle(fence, facts)
    if (why === undefined) return { fence, passedOver }
    passedOver.push({ fence, why })
  }
  return { fence: 'library', passedOver }
}

function possible(fence: Fence, facts: FenceFacts): Fence {
  const why = obstacle(fence, facts)
  if (why === undefined) return fence

  throw fenceImpossible(fence, why)
}

function obstacle(fence: Fence, facts: FenceFacts): string | undefined {
  switch (fence) {
    case 'label':
      return labelObstacle(facts)
    case 'private':
      if (!facts.privateRoot) return obstacles.noPrivateRoot()
      return facts.beside.includes('label') ? obstacles.labelBeside() : undefined
    case 'item':
      if (!facts.itemGrants) return obstacles.itemGrantsOff()
      return facts.before?.settings === undefined ? obstacles.itemNeedsFriend() : undefined
    case 'library':
      return undefined
  }
}

function labelObstacle({ media, capabilities, before, beside }: FenceFacts): string | undefined {
  if (media.type !== 'movie' && media.type !== 'show') return obstacles.labelOnPart()
  if (!capabilities.plexPass) return obstacles.noPlexPass()
  if (!capabilities.canRestrict) return obstacles.cannotRestrict()
  if (beside.includes('private')) return obstacles.privateBeside()
  return otherAccess(before)
}

function otherAccess(before: AccessBefore | undefined): string | undefined {
  if (!before) return undefined
  if (before.kind !== 'none') return obstacles.seesOther()
  if (before.elsewhere) return obstacles.seesElsewhere()

  const filters = Object.values(before.settings?.filters ?? {})
  return filters.some((one) => one !== '') ? obstacles.isRestricted() : undefined
}
