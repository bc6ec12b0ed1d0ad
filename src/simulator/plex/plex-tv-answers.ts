import type { SimGrantSource } from './grants.js'
import type { SimAnswer } from './http.js'
import { jsonAnswer, type Tree, xmlAnswer } from './http-answers.js'
import type { SimAccount } from './people.js'
import type { SimPin } from './pins.js'
import { shed } from './resources.js'
import { everythingOff, restricts, type SimShareSettings } from './share-settings.js'
import { personOf, type SimShare } from './shares.js'
import type { PlexWorld } from './world.js'

/** A share in the shape of the v2 lists. It holds secrets and addresses, as the real one does. */
export function shareTree(world: PlexWorld, share: SimShare): Tree {
  const invited = share.plexId === undefined ? undefined : world.people.byId(share.plexId)
  const accepted = share.acceptedAt !== undefined
  const server = serverOf(world, share)
  const libraries = server.libraries.filter(
    (one) => share.allLibraries || share.sectionIds.includes(one.sectionId),
  )
  const settings = shownSettings(world, share)
  const leftOut = world.people.behaviour.sharingSettings === 'when restricted' && !restricts(settings)
  const sharingSettings = leftOut ? {} : { sharingSettings: settingsTree(settings) }
  const status = accepted ? 'accepted' : 'pending'

  return {
    id: share.shareId,
    name: server.name,
    ownerId: world.owner.plexId,
    invitedId: share.plexId ?? null,
    invitedEmail: share.invitedEmail ?? null,
    serverId: server.serverId,
    machineIdentifier: share.machineIdentifier,
    accepted,
    acceptedAt: isoTime(share.acceptedAt),
    deletedAt: isoTime(share.deletedAt),
    leftAt: isoTime(share.leftAt),
    owned: true,
    inviteToken: 'sim-invite-token',
    numLibraries: libraries.length,
    allLibraries: share.allLibraries,
    searchEnabled: true,
    owner: { id: world.owner.plexId, username: world.owner.username },
    ...(invited && { invited: { ...personTree(invited), status, ...sharingSettings } }),
    ...sharingSettings,
    libraries: libraries.map(({ sectionId, key, title, type }) => ({
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
    ...shownSettings(world, share),
    allowSubtitleAdmin: false,
    allLibraries: share.allLibraries,
    owned: true,
    Section: world.people.knownLibraries().map(({ sectionId, key, title, type }) => ({
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
    .listed()
    .filter((one) => one.plexId === account.plexId && one.leftAt === undefined && one.deletedAt === undefined)
  const settings = world.people.settings.shownOf(account) ?? everythingOff

  return {
    id: account.plexId,
    title: account.username,
    username: account.home ? '' : account.username,
    email: account.home ? '' : account.email,
    recommendationsPlaylistId: '',
    thumb: avatarOf(account),
    protected: false,
    home: account.home,
    restricted: account.home,
    allowSubtitleAdmin: false,
    ...(world.people.behaviour.encodedAttributes ? encoded(settings) : settings),
    ...(shares.length > 0 && { Server: shares.map((share) => userServerTree(world, share)) }),
  }
}

function userServerTree(world: PlexWorld, share: SimShare): Tree {
  const { name, serverId, libraries } = serverOf(world, share)
  return {
    id: share.shareId,
    serverId,
    machineIdentifier: share.machineIdentifier,
    name,
    numLibraries: share.allLibraries ? libraries.length : share.sectionIds.length,
    allLibraries: share.allLibraries,
    owned: true,
    pending: share.acceptedAt === undefined,
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
    thumb: avatarOf(account),
    home: account.home,
    restricted: account.home,
  }
}

/** Settings as the newer routes write them: a filter that was never set may be null. */
export function settingsTree(settings: SimShareSettings): Tree {
  return {
    ...settings,
    allowSubtitleAdmin: false,
    filterPhotos: settings.filterPhotos || null,
    filterAll: settings.filterAll || null,
  }
}

/** A PIN before and after somebody signed in with it. */
export function pinTree(pin: SimPin, now: number): Tree {
  return {
    id: pin.id,
    code: pin.code,
    product: pin.product,
    trusted: false,
    clientIdentifier: pin.clientIdentifier,
    location: { code: 'NL', country: 'Netherlands', city: 'Delft', time_zone: 'Europe/Amsterdam' },
    expiresIn: Math.max(0, Math.round((pin.expiresAt - now) / 1000)),
    createdAt: isoTime(pin.createdAt),
    expiresAt: isoTime(pin.expiresAt),
    authToken: pin.authToken ?? null,
    newRegistration: pin.authToken === undefined ? null : false,
  }
}

/** What was granted to one person, in the shape of the lists of shared sources. */
export function sourceTree(world: PlexWorld, source: SimGrantSource, withItems: boolean): Tree {
  const invited = world.people.byId(source.plexId)
  const origin = `server://${world.machineIdentifier}`

  return {
    id: source.id,
    origin,
    name: world.server.name,
    serverId: 8800123,
    status: 'accepted',
    sharedItemsCount: source.items.length,
    createdAt: isoTime(source.items[0]?.createdAt),
    accessToken: 'sim-grant-token',
    ...(invited && { invited: personTree(invited) }),
    owner: { id: world.owner.plexId, username: world.owner.username },
    ...(withItems && {
      sharedItems: source.items.map(({ id, ratingKey, createdAt }) => ({
        id,
        uri: `${origin}/com.plexapp.plugins.library/library/metadata/${ratingKey}`,
        status: 'accepted',
        title: world.catalogue.item(ratingKey)?.title ?? null,
        type: world.catalogue.item(ratingKey)?.type ?? null,
        createdAt: isoTime(createdAt),
      })),
    }),
  }
}

/** How the older routes refuse. */
export function responseXml(status: number, words: string, code = status): SimAnswer {
  return xmlAnswer(status, 'Response', { code: String(code), status: words })
}

/** How the newer routes refuse. */
export function jsonError(status: number, code: number, message: string): SimAnswer {
  return jsonAnswer(status, { errors: [{ code, message, status }] })
}

function serverOf(world: PlexWorld, share: SimShare) {
  if (share.machineIdentifier === shed.machineIdentifier) return shed
  return { name: world.server.name, serverId: 8800123, libraries: world.people.knownLibraries() }
}

function shownSettings(world: PlexWorld, share: SimShare): SimShareSettings {
  return world.people.settings.shownOf(personOf(share)) ?? everythingOff
}

function encoded(settings: SimShareSettings): Tree {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      typeof value === 'string' ? encodeURIComponent(value) : value,
    ]),
  )
}

function avatarOf(account: SimAccount): string {
  return `https://plex.tv/users/${account.plexId}/avatar`
}

function isoTime(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString()
}

function seconds(at: number | undefined): number | '' {
  return at === undefined ? '' : Math.floor(at / 1000)
}
