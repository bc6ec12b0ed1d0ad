import type { AxiosRequestConfig } from 'axios'
import type { z } from 'zod'
import type { AssignmentQuery } from '../core/api.js'
import type { KeyScope, Page, ResolutionAction } from '../core/model.js'
import type { NewLibrary } from '../core/ports.js'
import {
  apiKey,
  assignment,
  chosenServer,
  ended,
  extended,
  friend,
  guestSession,
  invitation,
  library,
  mediaItem,
  monitoredGuest,
  monitorStatus,
  newKey,
  ownedServer,
  removedLibrary,
  signInPin,
  signInState,
  violation,
  type WireAssignment,
  type WireChosenServer,
  type WireEnded,
  type WireExtended,
  type WireFriend,
  type WireGuest,
  type WireInvitation,
  type WireKey,
  type WireLibrary,
  type WireMedia,
  type WireNewKey,
  type WireOwnedServer,
  type WirePin,
  type WireRemovedLibrary,
  type WireSession,
  type WireSignIn,
  type WireStatus,
  type WireViolation,
} from '../wire/shapes.js'

/** Giving may have to copy files, which takes as long as it takes. */
export const noTimeout = 0

/** What the API offers besides what the verbs of the terminal need, under the names that the core has for it. */
export interface WholeApi {
  assignment(id: string): Promise<WireAssignment>
  assignments(query: AssignmentQuery): Promise<Page<WireAssignment>>
  /** Other limits for one assignment; null lifts one. */
  changeLimits(request: { id: string; expires?: string | null; plays?: number | null }): Promise<WireExtended>
  endAssignment(request: { id: string; reason?: string }): Promise<WireEnded>
  /** Ends every open assignment. */
  endAll(): Promise<WireEnded>
  /** Gives standing access to one library. `ask`: refuse with `confirmation_needed` before a stranger is invited. */
  invite(request: {
    invitee: string
    library: string
    discordUserId?: string
    ask?: boolean
  }): Promise<WireInvitation>
  invitations(query: { limit?: number; cursor?: string }): Promise<Page<WireInvitation>>
  violation(id: string): Promise<WireViolation>
  resolve(request: { id: string; action: ResolutionAction }): Promise<WireViolation>
  endSession(request: { id: string; reason?: string }): Promise<WireSession>
  media(ratingKey: string): Promise<WireMedia>
  mediaIn(ratingKey: string): Promise<WireMedia[]>
  libraries(): Promise<WireLibrary[]>
  makeLibrary(request: NewLibrary): Promise<WireLibrary>
  removeLibrary(request: { key: string; confirm?: string }): Promise<WireRemovedLibrary>
  friends(): Promise<WireFriend[]>
  /** Everybody under watch, also those whose access is still being taken away. */
  watched(): Promise<WireGuest[]>
  keys(): Promise<WireKey[]>
  makeKey(request: { name: string; scope: KeyScope }): Promise<WireNewKey>
  removeKey(name: string): Promise<WireKey>
  startMonitor(): Promise<WireStatus>
  stopMonitor(): Promise<WireStatus>
  beginSignIn(): Promise<WirePin>
  checkSignIn(id: string): Promise<WireSignIn>
  ownedServers(): Promise<WireOwnedServer[]>
  chooseServer(request: { machineIdentifier: string; url?: string }): Promise<WireChosenServer>
}

/** How the service is asked; an answer that has not its shape throws. */
export interface Asking {
  one<T extends z.ZodType>(shape: T, request: AxiosRequestConfig): Promise<z.output<T>>
  list<T extends z.ZodType>(shape: T, request: AxiosRequestConfig): Promise<Page<z.output<T>>>
}

export function createWholeApi({ one, list }: Asking): WholeApi {
  return {
    assignment: (id) => one(assignment, { url: at('/assignments', id) }),
    assignments: (params) => list(assignment, { url: '/assignments', params }),
    changeLimits: ({ id, ...data }) => one(extended, { method: 'PATCH', url: at('/assignments', id), data }),
    endAssignment: ({ id, ...params }) =>
      one(ended, { method: 'DELETE', url: at('/assignments', id), params }),
    endAll: () => one(ended, { method: 'DELETE', url: '/assignments', params: { confirm: 'all' } }),
    invite: (data) => one(invitation, { method: 'POST', url: '/invitations', data, timeout: noTimeout }),
    invitations: (params) => list(invitation, { url: '/invitations', params }),
    violation: (id) => one(violation, { url: at('/violations', id) }),
    resolve: ({ id, ...data }) =>
      one(violation, {
        method: 'POST',
        url: `${at('/violations', id)}/resolution`,
        data,
        timeout: noTimeout,
      }),
    endSession: ({ id, ...params }) =>
      one(guestSession, { method: 'DELETE', url: at('/sessions', id), params }),
    media: (ratingKey) => one(mediaItem, { url: at('/media', ratingKey) }),
    mediaIn: (ratingKey) => all(mediaItem, `${at('/media', ratingKey)}/children`),
    libraries: () => all(library, '/libraries'),
    makeLibrary: ({ title, folders, ...more }) =>
      one(library, { method: 'POST', url: '/libraries', data: { name: title, paths: folders, ...more } }),
    removeLibrary: ({ key, ...params }) =>
      one(removedLibrary, { method: 'DELETE', url: at('/libraries', key), params }),
    friends: () => all(friend, '/friends'),
    watched: () => all(monitoredGuest, '/guests'),
    keys: () => all(apiKey, '/keys'),
    makeKey: (data) => one(newKey, { method: 'POST', url: '/keys', data }),
    removeKey: (name) => one(apiKey, { method: 'DELETE', url: at('/keys', name) }),
    startMonitor: () => one(monitorStatus, { method: 'POST', url: '/monitor/start' }),
    stopMonitor: () => one(monitorStatus, { method: 'POST', url: '/monitor/stop' }),
    beginSignIn: () => one(signInPin, { method: 'POST', url: '/plex/pin' }),
    checkSignIn: (id) => one(signInState, { url: at('/plex/pin', id) }),
    ownedServers: () => all(ownedServer, '/plex/servers'),
    chooseServer: (data) => one(chosenServer, { method: 'PUT', url: '/plex/server', data }),
  }

  async function all<T extends z.ZodType>(shape: T, url: string): Promise<z.output<T>[]> {
    return (await list(shape, { url })).items
  }
}

/** Whatever the id holds, it stays one part of the address. */
function at(path: string, id: string): string {
  return `${path}/${encodeURIComponent(id)}`
}
