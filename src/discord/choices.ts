import type { Core, SuggestedDeadline } from '../core/api.js'
import { namedLike } from '../core/finding/names.js'
import type { AssignmentState, PlexPerson } from '../core/model.js'
import type { Choice } from './command.js'

const openStates: readonly AssignmentState[] = ['pending', 'ready', 'watching']
/** Far more than fit into one list of suggestions, also when one guest has several. */
const perState = 100

/** People whose name is like what was typed, the nearest first; the value is the Plex id. */
export function peopleChoices(people: readonly PlexPerson[], typed: string): Choice[] {
  const ordered = new Map(
    namedLike(people, typed, ({ username }) => username).map((person) => [person.plexId, person]),
  )
  return [...ordered.values()].map(({ plexId, username }) => ({ name: username, value: plexId }))
}

/** Deadlines that can be picked; the value is the instant itself, so that it stays what was shown. */
export function deadlineChoices(deadlines: readonly SuggestedDeadline[]): Choice[] {
  return deadlines.map(({ at, name }) => ({ name, value: new Date(at).toISOString() }))
}

/** The guests who have something to be taken away from them. */
export async function withOpenAssignment(core: Core): Promise<PlexPerson[]> {
  const pages = await Promise.all(openStates.map((state) => core.assignments({ state, limit: perState })))
  return pages.flatMap(({ items }) => items.map(({ guest }) => guest))
}
