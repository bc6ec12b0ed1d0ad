import type { Assigned, EndedAnswer, ExtendedAnswer, GuestSession, MonitorStatus } from '../core/api.js'
import { currentMark } from '../core/assignments/progress.js'
import { english } from '../core/messages/english.js'
import type {
  ApiKey,
  Assignment,
  Friend,
  Guest,
  GuestRef,
  Invitation,
  Library,
  MediaItem,
  Player,
  PushHealth,
  Violation,
} from '../core/model.js'
import type { SignInPin, SignInState } from '../core/sign-in/model.js'
import type {
  WireAssigned,
  WireAssignment,
  WireEnded,
  WireExtended,
  WireFriend,
  WireGuest,
  WireInvitation,
  WireKey,
  WireLibrary,
  WireMedia,
  WirePin,
  WireRemovedLibrary,
  WireSession,
  WireSignIn,
  WireStatus,
  WireViolation,
} from '../wire/shapes.js'

/** The core's values in the shapes of the API: instants as ISO-8601 UTC, internal fields left out. */

export function presentAssignment(it: Assignment): WireAssignment {
  const privateLibrary = privateLibraryOf(it)

  return {
    id: it.id,
    guest: presentGuestRef(it.guest),
    media: presentMedia(it.media),
    state: it.state,
    fence: it.fence,
    fenceNote: english.fences.note(it.fence),
    passedOver: (it.passedOver ?? []).map(({ fence, why }) => ({ fence, why })),
    ...(privateLibrary && { privateLibrary }),
    scope: it.scope,
    access: it.access,
    createdAt: iso(it.createdAt),
    createdBy: it.createdBy,
    ...(it.expiresAt !== undefined && { expiresAt: iso(it.expiresAt) }),
    ...(it.plays !== undefined && { plays: it.plays }),
    playsUsed: it.playsUsed,
    progress: progressOf(it),
    violations: it.violations,
    ...(it.endedAt !== undefined && { endedAt: iso(it.endedAt) }),
    ...(it.endReason !== undefined && { endReason: it.endReason }),
    history: it.history.map(({ at, by, what }) => ({ at: iso(at), by, what })),
  }
}

export function presentAssigned(it: Assigned): WireAssigned {
  return {
    ...presentAssignment(it.assignment),
    link: it.link,
    replaced: it.replaced.map((one) => one.id),
    ...(it.extended && { extended: presentLimitsBefore(it.extended) }),
    invited: it.invited,
    everythingElseStops: it.everythingElseStops,
    guestTold: it.guestTold,
  }
}

export function presentExtended({ assignment, extended, guestTold }: ExtendedAnswer): WireExtended {
  return { ...presentAssignment(assignment), extended: presentLimitsBefore(extended), guestTold }
}

export function presentEnded(it: EndedAnswer): WireEnded {
  return { ended: it.ended.map(presentAssignment), access: it.access }
}

export function presentViolation(it: Violation): WireViolation {
  return {
    id: it.id,
    guest: presentGuestRef(it.guest),
    media: presentMedia(it.media),
    player: presentPlayer(it.player),
    allowed: it.allowed.map(presentMedia),
    slip: it.slip,
    firstSeenAt: iso(it.firstSeenAt),
    lastSeenAt: iso(it.lastSeenAt),
    ...(it.endedAt !== undefined && { endedAt: iso(it.endedAt) }),
    enforcement: it.enforcement.map(({ rung, at, outcome, tookMs, reason }) => ({
      rung,
      at: iso(at),
      outcome,
      ...(tookMs !== undefined && { tookMs }),
      ...(reason !== undefined && { reason }),
    })),
    repeats: it.repeats,
    ...(it.resolution && {
      resolution: { action: it.resolution.action, by: it.resolution.by, at: iso(it.resolution.at) },
    }),
  }
}

export function presentSession(it: GuestSession): WireSession {
  return {
    id: it.id,
    guest: presentGuestRef(it.guest),
    ...(it.session.item && { media: presentMedia(it.session.item) }),
    player: presentPlayer(it.session.player),
    state: it.session.state,
    offsetMs: it.session.offsetMs,
    firstSeenAt: iso(it.firstSeenAt),
    verdict: it.verdict,
  }
}

/** A guest, with theirs among the open assignments. */
export function presentGuest(guest: Guest, open: readonly Assignment[]): WireGuest {
  const theirs = open.filter((one) => one.guest.plexId === guest.plexId)
  return { ...presentGuestRef(guest), assignments: theirs.map(presentAssignment) }
}

export function presentKey(it: ApiKey): WireKey {
  return {
    name: it.name,
    scope: it.scope,
    createdAt: iso(it.createdAt),
    createdBy: it.createdBy,
    ...(it.lastUsedAt !== undefined && { lastUsedAt: iso(it.lastUsedAt) }),
  }
}

export function presentFriend({ plexId, username, email, home }: Friend): WireFriend {
  return { plexId, username, ...(email !== undefined && { email }), home }
}

export function presentInvitation(it: Invitation): WireInvitation {
  const { purpose, guest, reason } = it
  return {
    id: it.id,
    invitee: it.invitee,
    purpose: purpose.kind,
    ...(purpose.kind === 'standing' && { library: purpose.library }),
    state: it.state,
    ...(guest && { guest: presentGuestRef(guest) }),
    at: iso(it.at),
    by: it.by,
    ...(reason !== undefined && { reason }),
  }
}

export function presentPin({ id, link, expiresAt }: SignInPin): WirePin {
  return { id, link, expiresAt: iso(expiresAt) }
}

export function presentSignIn(it: SignInState): WireSignIn {
  switch (it.state) {
    case 'waiting':
      return { state: 'waiting', expiresAt: iso(it.expiresAt) }
    case 'expired':
      return { state: 'expired' }
    case 'done':
      return { state: 'done', account: it.account }
  }
}

export function presentStatus(it: MonitorStatus): WireStatus {
  const { ok, reason, lastReadAt } = it.plex

  return {
    running: it.running,
    ...(it.since && { since: { at: iso(it.since.at), by: it.since.by } }),
    guests: it.guests,
    openAssignments: it.openAssignments,
    streams: it.streams,
    ...(it.restored && { restored: presentWaiting(it.restored) }),
    plex: {
      ok,
      ...(reason !== undefined && { reason }),
      ...(lastReadAt !== undefined && { lastReadAt: iso(lastReadAt) }),
    },
    push: presentPush(it.push),
    reaction: it.reaction,
    ...(it.discord && { discord: it.discord }),
    ...(it.account && { account: it.account }),
    ...(it.capabilities && { capabilities: it.capabilities }),
    ladder: it.ladder,
    violations: it.violations,
    ...(it.lastPassAt !== undefined && { lastPassAt: iso(it.lastPassAt) }),
    waitingMessages: it.waitingMessages,
    ...(it.messageTrouble !== undefined && { messageTrouble: it.messageTrouble }),
    ...(it.webhookTrouble !== undefined && { webhookTrouble: it.webhookTrouble }),
  }
}

function presentWaiting({
  at,
  madeAt,
  assignments,
}: NonNullable<MonitorStatus['restored']>): NonNullable<WireStatus['restored']> {
  return { at: iso(at), ...(madeAt !== undefined && { madeAt: iso(madeAt) }), assignments }
}

function presentPush(it: PushHealth): WireStatus['push'] {
  switch (it.kind) {
    case 'off':
      return { state: 'off' }
    case 'up':
      return { state: 'up', way: it.way, since: iso(it.sinceAt) }
    case 'down':
      return { state: 'down', since: iso(it.sinceAt), reason: it.reason }
  }
}

export function presentMedia(it: MediaItem): WireMedia {
  return {
    ratingKey: it.ratingKey,
    guid: it.guid,
    type: it.type,
    title: it.title,
    ...(it.year !== undefined && { year: it.year }),
    ...(it.show !== undefined && { show: it.show }),
    ...(it.season !== undefined && { season: it.season }),
    ...(it.episode !== undefined && { episode: it.episode }),
  }
}

export function presentLibrary({ key, title, type, folders, scanning }: Library): WireLibrary {
  return { key, title, type, folders, scanning }
}

export function presentRemovedLibrary(it: Library): WireRemovedLibrary {
  return { removed: presentLibrary(it), note: english.libraries.removed(it.title) }
}

/** Its paths stay here: they tell how the machine of the server is laid out. */
function privateLibraryOf({ privateLibrary: it }: Assignment): WireAssignment['privateLibrary'] {
  if (!it || it.step === 'removed') return undefined
  return { title: it.title, ...(it.progress && { progress: { ...it.progress } }) }
}

function presentLimitsBefore(before: ExtendedAnswer['extended']): WireExtended['extended'] {
  const { expiresBefore, playsBefore } = before
  return {
    ...(expiresBefore !== undefined && { expiresBefore: iso(expiresBefore) }),
    ...(playsBefore !== undefined && { playsBefore }),
  }
}

export function presentGuestRef(it: GuestRef): GuestRef {
  return {
    plexId: it.plexId,
    username: it.username,
    ...(it.email !== undefined && { email: it.email }),
    ...(it.discordUserId !== undefined && { discordUserId: it.discordUserId }),
  }
}

function presentPlayer({ product, device, platform }: Player): Omit<Player, 'machineId'> {
  return { product, device, platform }
}

function progressOf(it: Assignment): WireAssignment['progress'] {
  const mark = currentMark(it)
  return { offsetMs: mark?.offsetMs ?? 0, durationMs: mark?.durationMs ?? it.media.durationMs ?? 0 }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
