import type { Assignment, HistoryEntry, MediaItem, MediaType } from './model.js'

/** Whether the assignment still lets its guest watch. */
export function isOpen(assignment: Assignment): boolean {
  return assignment.state === 'pending' || assignment.state === 'ready' || assignment.state === 'watching'
}

/** The assignment with one more line in its history. */
export function withHistory(assignment: Assignment, entry: HistoryEntry): Assignment {
  return { ...assignment, history: [...assignment.history, entry] }
}

const assignableTypes: readonly string[] = ['movie', 'episode', 'season', 'show'] satisfies MediaType[]

/** Whether the item is of a kind that can be lent. */
export function isAssignable(item: MediaItem): boolean {
  return assignableTypes.includes(item.type)
}
