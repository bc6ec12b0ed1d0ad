import type { Clock } from '../../core/ports.js'
import type { SimBehaviour } from './behaviour.js'
import { createLate, type Late } from './late.js'

/** What plex.tv keeps for an owner and one person; it holds on every server of the owner. */
export interface SimShareSettings {
  allowSync: boolean
  allowChannels: boolean
  allowCameraUpload: boolean
  allowTuners: number
  filterMovies: string
  filterTelevision: string
  filterMusic: string
  filterPhotos: string
  filterAll: string
}

/** Somebody with an account, or an address that was invited and has none yet. */
export type SimPerson = { plexId: number } | { email: string }

export type ShareSettings = ReturnType<typeof createShareSettings>

const noFilters = {
  filterMovies: '',
  filterTelevision: '',
  filterMusic: '',
  filterPhotos: '',
  filterAll: '',
}

/** What people from before have unless a test says otherwise. */
export const everythingOff: SimShareSettings = {
  allowSync: false,
  allowChannels: false,
  allowCameraUpload: false,
  allowTuners: 0,
  ...noFilters,
}

/** What plex.tv takes for everything that a write leaves out. */
const plexTvDefaults: SimShareSettings = {
  ...everythingOff,
  allowSync: true,
  allowChannels: true,
  allowCameraUpload: true,
}

/** The settings of everybody whom the owner has shared with. */
export function createShareSettings(needs: {
  clock: Clock
  behaviour: SimBehaviour
  hasPlexPass: () => boolean
}) {
  const { clock, behaviour, hasPlexPass } = needs
  const kept = new Map<string, Late<SimShareSettings>>()

  return { of, shownOf, put, write, change, mayWrite, forget, move }

  function of(person: SimPerson): SimShareSettings | undefined {
    return kept.get(keyOf(person))?.held()
  }

  function shownOf(person: SimPerson): SimShareSettings | undefined {
    return kept.get(keyOf(person))?.shown()
  }

  function put(person: SimPerson, settings: SimShareSettings): SimShareSettings {
    late(person).set({ ...settings })
    return settings
  }

  /** A whole write, as in an invitation: what it leaves out falls back to plex.tv's defaults. */
  function write(person: SimPerson, said: Partial<SimShareSettings>): SimShareSettings {
    return put(person, { ...plexTvDefaults, ...said, ...(!hasPlexPass() && noFilters) })
  }

  /** Changes only what was said. */
  function change(person: SimPerson, said: Partial<SimShareSettings>): void {
    const before = of(person) ?? plexTvDefaults
    put(person, { ...before, ...said, ...(!hasPlexPass() && filtersOf(before)) })
  }

  /** Restrictions are a feature of the owner's Plex Pass. */
  function mayWrite(said: Partial<SimShareSettings>): boolean {
    return hasPlexPass() || !restricts(said) || behaviour.filtersWithoutPass === 'dropped'
  }

  function forget(person: SimPerson): void {
    kept.get(keyOf(person))?.set(undefined)
  }

  /** An invited address turned out to be this account. */
  function move(from: SimPerson, to: SimPerson): void {
    const settings = of(from)
    if (settings) put(to, settings)
    forget(from)
  }

  function late(person: SimPerson): Late<SimShareSettings> {
    const found = kept.get(keyOf(person)) ?? createLate<SimShareSettings>(clock, () => behaviour.showsAfterMs)
    kept.set(keyOf(person), found)
    return found
  }
}

/** Whether a filter hides anything. */
export function restricts(settings: Partial<SimShareSettings>): boolean {
  return Object.values(filtersOf({ ...everythingOff, ...settings })).some((filter) => filter !== '')
}

function filtersOf(settings: SimShareSettings): typeof noFilters {
  const { filterMovies, filterTelevision, filterMusic, filterPhotos, filterAll } = settings
  return { filterMovies, filterTelevision, filterMusic, filterPhotos, filterAll }
}

function keyOf(person: SimPerson): string {
  return 'plexId' in person ? `id ${person.plexId}` : `mail ${person.email.toLowerCase()}`
}
