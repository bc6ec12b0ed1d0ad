import type { PlexPerson } from '../core/model.js'
import type { Choice } from './command.js'

/** People whose name has what was typed in it, those who start with it first; the value is the Plex id. */
export function peopleChoices(people: readonly PlexPerson[], typed: string): Choice[] {
  const wanted = typed.trim().toLowerCase()
  const named = people.filter(({ username }) => username.toLowerCase().includes(wanted))
  const starting = named.filter(({ username }) => username.toLowerCase().startsWith(wanted))
  const ordered = new Map([...starting, ...named].map((person) => [person.plexId, person]))

  return [...ordered.values()].map(({ plexId, username }) => ({ name: username, value: plexId }))
}
