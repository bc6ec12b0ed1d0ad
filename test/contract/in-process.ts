import type { AssignAnswer, Assigned, Core } from '../../src/core/api.js'
import {
  presentAssigned,
  presentAssignment,
  presentEnded,
  presentExtended,
  presentFriend,
  presentGuest,
  presentInvitation,
  presentKey,
  presentLibrary,
  presentMedia,
  presentPin,
  presentRemovedLibrary,
  presentSession,
  presentSignIn,
  presentStatus,
  presentViolation,
} from '../../src/rest/present.js'
import { presentRepair, presentServer } from '../../src/rest/present-server.js'
import type { Offered } from './core-contract.js'

/** Who the API says that the owner's key is. */
const by = 'key:owner'

/** The core itself, called like the terminal's client of the API and answering in the same shapes. */
export function inProcess(core: Core): Offered {
  return {
    assign: async ({ media, ...request }) =>
      presentAssigned(certain(await core.assign({ ...request, media: `rk:${media}`, by }))),
    shareLibrary: async ({ guest, media }) =>
      presentAssigned(
        certain(await core.assign({ guest, media: `rk:${media}`, fence: 'private', ask: false, by })),
      ),
    extend: async (request) => presentExtended(await core.extend({ ...request, by })),
    changeLimits: async (request) => presentExtended(await core.extend({ ...request, by })),
    unassign: async (request) => presentEnded(await core.unassign({ ...request, by })),
    endAssignment: async (request) => presentEnded(await core.endAssignment({ ...request, by })),
    endAll,
    assignment: async (id) => presentAssignment(await core.assignment(id)),
    assignments: async (query) => presented(await core.assignments(query), presentAssignment),
    invite: async (request) => presentInvitation(await core.invite({ ...request, by })),
    invitations: async (query) => presented(await core.invitations(query), presentInvitation),
    violation: async (id) => presentViolation(await core.violation(id)),
    violations: async ({ since, ...query }) => {
      const sinceAt = since === undefined ? {} : { sinceAt: Date.parse(since) }
      return presented(await core.violations({ ...query, ...sinceAt }), presentViolation)
    },
    resolve: async (request) => presentViolation(await core.resolve({ ...request, by })),
    sessions: async () => (await core.sessions()).map(presentSession),
    endSession: async (request) => presentSession(await core.endSession({ ...request, by })),
    search: async (text) => (await core.search(text)).map(presentMedia),
    media: async (ratingKey) => presentMedia(await core.media(ratingKey)),
    mediaIn: async (ratingKey) => (await core.mediaIn(ratingKey)).map(presentMedia),
    libraries: async () => (await core.libraries()).map(presentLibrary),
    makeLibrary: async (request) => presentLibrary(await core.makeLibrary({ ...request, by })),
    removeLibrary: async (request) => presentRemovedLibrary(await core.removeLibrary({ ...request, by })),
    friends: async () => (await core.friends()).map(presentFriend),
    guests: async () => (await watched()).filter((one) => one.assignments.length > 0),
    watched,
    guest: async (name) => presentGuest(await core.guest(name), await open()),
    keys: async () => (await core.keys()).map(presentKey),
    makeKey: async (request) => {
      const { key, secret } = await core.makeKey({ ...request, by })
      return { name: key.name, scope: key.scope, key: secret }
    },
    removeKey: async (name) => presentKey(await core.removeKey({ name, by })),
    startMonitor: async () => presentStatus(await core.startMonitor(by)),
    stopMonitor: async () => presentStatus(await core.stopMonitor(by)),
    status: async () => presentStatus(await core.status()),
    server: async () => presentServer(await core.server()),
    repair: async () => presentRepair(await core.repair({ by })),
    beginSignIn: async () => presentPin(await core.beginSignIn(by)),
    checkSignIn: async (id) => presentSignIn(await core.checkSignIn({ id, by })),
    ownedServers: () => core.ownedServers(),
    chooseServer: (request) => core.chooseServer({ ...request, by }),
  }

  async function watched() {
    const theirs = await open()
    return (await core.guests()).map((guest) => presentGuest(guest, theirs))
  }

  async function open() {
    const { items } = await core.assignments({ limit: 100 })
    return items.filter((one) => ['pending', 'ready', 'watching'].includes(one.state))
  }

  async function endAll() {
    const answers = []
    for (const { id } of await open()) answers.push(await core.endAssignment({ id, by }))
    return presentEnded({
      ended: answers.flatMap((one) => one.ended),
      access: answers.some((one) => one.access === 'pending') ? 'pending' : 'restored',
    })
  }
}

function presented<T, W>({ items, next }: { items: T[]; next: string | null }, present: (one: T) => W) {
  return { items: items.map(present), next }
}

function certain(answer: AssignAnswer): Assigned {
  if (answer.kind === 'assigned') return answer
  throw new Error('The core asked back although nobody asked it to')
}
