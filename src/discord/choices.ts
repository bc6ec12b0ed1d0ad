import type { Core } from '../core/api.js'
import type { AssignmentState, PlexPerson } from '../core/model.js'
import type { Choice } from './command.js'

const openStates: readonly AssignmentState[] = ['pending', 'ready', 'watching']
/** Far more than fit into one list of suggestions, also when one guest has several. */
const perState = 100

/** People whose name has what was typed in it, those who start with it first; the value is the Plex id. */
export function peopleChoices(people: readonly PlexPerson[], typed: string): Choice[] {
  const wanted = typed.trim().toLowerCase()
  const named = people.filter(({ username }) => username.toLowerCase().includes(wanted))
  const starting = named.filter(({ username }) => username.toLowerCase().startsWith(wanted))
  const ordered = new Map([...starting, ...named].map((person) => [person.plexId, person]))

  return [...ordered.values()].map(({ plexId, username }) => ({ name: username, value: plexId }))
}

/** The guests who have something to be taken away from them. */
export async function withOpenAssignment(core: Core): Promise<PlexPerson[]> {
  const pages = await Promise.all(openStates.map((state) => core.assignments({ state, limit: perState })))
  return pages.flatMap(({ items }) => items.map(({ guest }) => guest))
}
