import type { SimConnection } from './resources.js'

/** Who the simulated server is and the ways in which servers differ. Tests and people set them as they like. */
export interface ServerSwitches {
  machineIdentifier: string
  name: string
  version: string
  plexPass: boolean
  /** What the owner's account unlocks, instead of what follows from the Plex Pass. */
  features: string[] | undefined
  /** Where plex.tv says that the server can be reached; whoever starts the server fills it. */
  connections: SimConnection[]
  /** Writes JSON numbers and booleans as text, as some versions do. */
  numbersAsText: boolean
  /** Whether labels that are sent replace those that were there. Clients disagree about it. */
  labelWrites: 'replace' | 'add'
  /** How a new library is answered: clients expect 201, the official document says 200. */
  createdStatus: 200 | 201
  createdBody: 'directory' | 'empty'
  /** The agents that a new library may have. */
  agents: string[]
  /** How long it takes to look through the folders of a library. */
  scanMs: number
  /** How long plex.tv knows nothing of a new library. */
  sectionSyncMs: number
  /** When a history row is written: at 90 %, or when the player stops beyond it. */
  historyAt: 'passing' | 'stop'
  /** How long after its first frame a session is listed. */
  listsAfterMs: number
  /** How long the list shows the old item after a player went on to the next; frames name the new one at once. */
  showsItemAfterMs: number
  /** Sends whole lists whatever page is asked for. */
  ignoresPaging: boolean
}

export function createSwitches({ plexPass }: { plexPass: boolean }): ServerSwitches {
  return {
    machineIdentifier: 'f00dfeed'.repeat(5),
    name: 'Attic Box',
    version: '1.43.2.10687-sim',
    plexPass,
    features: undefined,
    connections: [],
    numbersAsText: false,
    labelWrites: 'replace',
    createdStatus: 201,
    createdBody: 'directory',
    agents: [
      'tv.plex.agents.movie',
      'tv.plex.agents.series',
      'tv.plex.agents.music',
      'tv.plex.agents.none',
      'com.plexapp.agents.none',
    ],
    scanMs: 0,
    sectionSyncMs: 0,
    historyAt: 'passing',
    listsAfterMs: 0,
    showsItemAfterMs: 0,
    ignoresPaging: false,
  }
}

/** What `ownerFeatures` lists. Newer servers mix ids into it that mean nothing to others. */
export function featuresOf({ plexPass, features }: ServerSwitches): string[] {
  if (features) return features
  return plexPass ? withPass : ['home']
}

export function hasFeature(server: ServerSwitches, feature: string): boolean {
  return featuresOf(server).includes(feature)
}

const withPass = [
  '1d4a0c9e-0000-4000-8000-000000000001',
  'content_filter',
  'home',
  'pass',
  'session_kick',
  'sync',
  'webhooks',
]
