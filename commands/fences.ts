import type { AssignRequest } from '../src/core/api.js'

type WantedFence = NonNullable<AssignRequest['fence']>

export const fences: readonly WantedFence[] = ['auto', 'label', 'library', 'private', 'item']

/** The fence that was chosen, if one was. */
export function fenceOf(chosen: string | null): WantedFence | undefined {
  return fences.find((fence) => fence === chosen)
}
