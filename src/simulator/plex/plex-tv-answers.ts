import type { Tree } from './http-answers.js'
import type { SimAccount, SimShare } from './people.js'
import type { PlexWorld } from './world.js'

/** A share in the shape of the v2 lists. It holds secrets and addresses, as the real one does. */
export function shareTree(world: PlexWorld, share: SimShare): Tree {
  const invited = share.plexId === undefined ? undefined : world.people.byId(share.plexId)
  const sections = world.catalogue.libraries.filter(
    (one) => share.allLibraries || share.sectionIds.includes(one.sectionId),
  )

  return {
    id: share.shareId,
    name: world.server.name,
    ownerId: world.owner.plexId,
    invitedId: share.plexId ?? null,
    invitedEmail: share.invitedEmail ?? null,
    serverId: 8800123,
    machineIdentifier: share.machineIdentifier,
    accepted: share.acceptedAt !== undefined,
    acceptedAt: isoTime(share.acceptedAt),
    deletedAt: null,
    leftAt: isoTime(share.leftAt),
    owned: true,
    inviteToken: 'sim-invite-token',
    numLibraries: sections.length,
    allLibraries: share.allLibraries,
    owner: { id: world.owner.plexId, username: world.owner.username },
    ...(invited && { invited: { ...personTree(invited), sharingSettings: { ...share.settings } } }),
    sharingSettings: { ...share.settings },
    libraries: sections.map(({ sectionId, key, title, type }) => ({
      id: sectionId,
      key: Number(key),
      title,
      type,
    })),
  }
}

/** A share in the shape of the v1 list of one server. */
export function sharedServerTree(world: PlexWorld, share: SimShare): Tree {
  const invited = share.plexId === undefined ? undefined : world.people.byId(share.plexId)

  return {
    id: share.shareId,
    username: invited?.username ?? '',
    email: invited?.email ?? share.invitedEmail ?? '',
    userID: share.plexId ?? '',
    accessToken: 'sim-guest-token',
    name: world.server.name,
    acceptedAt: seconds(share.acceptedAt),
    invitedAt: seconds(share.invitedAt),
    ...share.settings,
    allLibraries: share.allLibraries,
    owned: true,
    Section: world.catalogue.libraries.map(({ sectionId, key, title, type }) => ({
      id: sectionId,
      key,
      title,
      type,
      shared: share.allLibraries || share.sectionIds.includes(sectionId),
    })),
  }
}

/** Somebody connected, in the shape of `/api/users`. */
export function userTree(world: PlexWorld, account: SimAccount): Tree {
  const shares = world.people
    .shares()
    .filter((one) => one.plexId === account.plexId && one.leftAt === undefined)

  return {
    id: account.plexId,
    title: account.username,
    username: account.home ? '' : account.username,
    email: account.home ? '' : account.email,
    thumb: `https://plex.tv/users/${account.plexId}/avatar`,
    home: account.home,
    restricted: account.home,
    allowSync: false,
    filterMovies: '',
    ...(shares.length > 0 && {
      Server: shares.map((share) => ({
        id: share.shareId,
        serverId: 8800123,
        machineIdentifier: share.machineIdentifier,
        name: world.server.name,
        numLibraries: share.sectionIds.length,
        allLibraries: share.allLibraries,
        owned: true,
        pending: share.acceptedAt === undefined,
      })),
    }),
  }
}

export function personTree(account: SimAccount): Tree {
  return {
    id: account.plexId,
    uuid: `sim-${account.plexId}`,
    title: account.username,
    username: account.home ? null : account.username,
    email: account.email,
    friendlyName: null,
    home: account.home,
    restricted: account.home,
  }
}

function isoTime(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString()
}

function seconds(at: number | undefined): number | '' {
  return at === undefined ? '' : Math.floor(at / 1000)
}
