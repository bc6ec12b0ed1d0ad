import { z } from 'zod'

/** What earlier answers brought, for the paths of later questions. */
export interface Known {
  machineIdentifier?: string
  libraryKey?: string
  ratingKey?: string
}

/** Something that is only read. None of these paths does anything at Plex, which some do even when they are read. */
export interface Question {
  /** Names it in the report. */
  name: string
  /** What is not certain, and would be known with the answer. */
  wonders: string
  side: 'server' | 'account'
  /** Undefined where what it needs was not learned. */
  path(known: Known): string | undefined
  query?: string
  /** How many entries of a list are asked for. */
  most?: number
  learn?(data: unknown): Known
}

const identity = z.object({ MediaContainer: z.object({ machineIdentifier: z.string() }) })
const libraries = z.object({
  MediaContainer: z.object({ Directory: z.array(z.object({ key: z.coerce.string(), type: z.string() })) }),
})
const items = z.object({
  MediaContainer: z.object({ Metadata: z.array(z.object({ ratingKey: z.coerce.string() })) }),
})

/** In the order in which they are asked. */
export const questions: readonly Question[] = [
  {
    name: 'identity',
    wonders: 'Which version is it, and what does it say without a token?',
    side: 'server',
    path: () => '/identity',
    learn: (data) => identity.safeParse(data).data?.MediaContainer ?? {},
  },
  {
    name: 'server',
    wonders: 'Which features does the owner have, and how are claims such as myPlexSubscription written?',
    side: 'server',
    path: () => '/',
  },
  {
    name: 'libraries',
    wonders: 'Are keys digits as text, and does every library name its folders?',
    side: 'server',
    path: () => '/library/sections',
    learn: (data) => {
      const found = libraries.safeParse(data).data?.MediaContainer.Directory ?? []
      const lendable = found.find(({ key, type }) => /^(movie|show)$/.test(type) && isKey(key))
      return lendable ? { libraryKey: lendable.key } : {}
    },
  },
  {
    name: 'library',
    wonders: 'Is a page asked for by header kept to, and what has an entry of a list?',
    side: 'server',
    path: ({ libraryKey }) => libraryKey && `/library/sections/${libraryKey}/all`,
    most: 3,
    learn: (data) => {
      const [first] = items.safeParse(data).data?.MediaContainer.Metadata ?? []
      return first && isKey(first.ratingKey) ? { ratingKey: first.ratingKey } : {}
    },
  },
  {
    name: 'item',
    wonders: 'How are labels and ids of other services written on an item?',
    side: 'server',
    path: ({ ratingKey }) => ratingKey && `/library/metadata/${ratingKey}`,
    query: '?includeGuids=1',
  },
  {
    name: 'labels',
    wonders: 'How are the labels of a library listed?',
    side: 'server',
    path: ({ libraryKey }) => libraryKey && `/library/sections/${libraryKey}/label`,
  },
  {
    name: 'sessions',
    wonders:
      'Do all players have a Session with an id, and are ids text or numbers? Best asked while something plays.',
    side: 'server',
    path: () => '/status/sessions',
  },
  {
    name: 'history',
    wonders: 'Is the owner account 1 or the id at plex.tv, and which fields may be missing?',
    side: 'server',
    path: () => '/status/sessions/history/all',
    query: '?sort=viewedAt%3Adesc',
    most: 10,
  },
  {
    name: 'accounts',
    wonders: 'Which accounts does the server itself know, and by which ids?',
    side: 'server',
    path: () => '/accounts',
  },
  {
    name: 'user',
    wonders: 'What does plex.tv say of the owner, and how is Plex Pass written?',
    side: 'account',
    path: () => '/api/v2/user',
  },
  {
    name: 'ping',
    wonders: 'Is the token alive?',
    side: 'account',
    path: () => '/api/v2/ping',
  },
  {
    name: 'resources',
    wonders: 'How are the addresses of servers written?',
    side: 'account',
    path: () => '/api/v2/resources',
    query: '?includeHttps=1&includeRelay=1',
  },
  {
    name: 'friends',
    wonders: 'Is the list of friends still answered, and with which filters?',
    side: 'account',
    path: () => '/api/users',
  },
  {
    name: 'home',
    wonders: 'How are members of a Plex Home told apart from friends?',
    side: 'account',
    path: () => '/api/home/users',
  },
  {
    name: 'server at plex.tv',
    wonders: 'Are the ids of libraries in both ways of sharing the same?',
    side: 'account',
    path: ({ machineIdentifier }) => machineIdentifier && `/api/servers/${machineIdentifier}`,
  },
  {
    name: 'server at plex.tv, version 2',
    wonders: 'The same in the newer way.',
    side: 'account',
    path: ({ machineIdentifier }) => machineIdentifier && `/api/v2/servers/${machineIdentifier}`,
  },
  {
    name: 'shares, accepted',
    wonders: 'Has a share of an address without an account only invitedEmail?',
    side: 'account',
    path: () => '/api/v2/shared_servers/owned/accepted',
  },
  {
    name: 'shares, pending',
    wonders: 'What does an invitation look like that nobody has accepted yet?',
    side: 'account',
    path: () => '/api/v2/shared_servers/owned/pending',
  },
  {
    name: 'single items',
    wonders: 'How are items written that were shared alone, from an app?',
    side: 'account',
    path: () => '/api/v2/shared_sources/owned',
    query: '?includeItems=true',
  },
]

/** What goes into a path must not lead anywhere else. */
function isKey(text: string): boolean {
  return /^\d{1,20}$/.test(text)
}
