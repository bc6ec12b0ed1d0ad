import { z } from 'zod'

/**
 * What travels between the REST API and its clients. The service checks its answers against these shapes, and
 * leaves out what they do not name; the terminal client reads answers through the same ones.
 */

const instant = z.iso.datetime()
const mediaTypes = [
  'movie',
  'episode',
  'season',
  'show',
  'clip',
  'track',
  'album',
  'artist',
  'photo',
  'live',
  'collection',
  'other',
] as const
const rungs = ['terminate', 'stop', 'unshare', 'report'] as const
const outcomes = ['intended', 'accepted', 'gone', 'refused', 'impossible', 'failed', 'unknown'] as const

export const assignmentStates = ['pending', 'ready', 'watching', 'finished', 'expired', 'revoked'] as const
export const fences = ['label', 'library', 'private', 'item'] as const
export const scopes = ['everything', 'granted'] as const

export const resolutionActions = ['allow_once', 'assign', 'revoke', 'dismiss'] as const

export const keyScopes = ['read', 'assign', 'admin'] as const

export const guestRef = z.object({
  plexId: z.string(),
  username: z.string(),
  email: z.string().exactOptional(),
  discordUserId: z.string().exactOptional(),
})

export const mediaItem = z.object({
  ratingKey: z.string(),
  guid: z.string(),
  type: z.enum(mediaTypes),
  title: z.string(),
  year: z.int().exactOptional(),
  show: z.string().exactOptional(),
  season: z.int().exactOptional(),
  episode: z.int().exactOptional(),
})

export const assignment = z.object({
  id: z.string(),
  guest: guestRef,
  media: mediaItem,
  state: z.enum(assignmentStates),
  fence: z.enum(fences),
  /** What the fence does and what it cannot stop, in a sentence. */
  fenceNote: z.string(),
  /** Stronger fences that were not possible, and why. */
  passedOver: z.array(z.object({ fence: z.enum(fences), why: z.string() })),
  privateLibrary: z
    .object({
      title: z.string(),
      progress: z.object({ doneBytes: z.number(), totalBytes: z.number() }).exactOptional(),
    })
    .exactOptional(),
  scope: z.enum(scopes),
  access: z.enum(['giving', 'given', 'taking', 'taken']),
  createdAt: instant,
  createdBy: z.string(),
  expiresAt: instant.exactOptional(),
  plays: z.int().exactOptional(),
  playsUsed: z.int(),
  progress: z.object({ offsetMs: z.number(), durationMs: z.number() }),
  violations: z.int(),
  endedAt: instant.exactOptional(),
  endReason: z.string().exactOptional(),
  history: z.array(z.object({ at: instant, by: z.string(), what: z.string() })),
})

const limitsBefore = z.object({
  expiresBefore: instant.exactOptional(),
  playsBefore: z.int().exactOptional(),
})
const guestTold = z.enum(['queued', 'not-linked', 'nothing-new'])

/** An assignment and what happened on the way to it. */
export const assigned = assignment.extend({
  link: z.string(),
  replaced: z.array(z.string()),
  extended: limitsBefore.exactOptional(),
  invited: z.boolean(),
  everythingElseStops: z.boolean(),
  guestTold,
})

/** An assignment with other limits than before. */
export const extended = assignment.extend({ extended: limitsBefore, guestTold })

export const ended = z.object({
  ended: z.array(assignment),
  access: z.enum(['restored', 'pending']),
})

export const libraryTypes = ['movie', 'show'] as const

export const library = z.object({
  key: z.string(),
  title: z.string(),
  type: z.string(),
  folders: z.array(z.string()),
  scanning: z.boolean(),
})

/** A library that is gone, and what became of its files. */
export const removedLibrary = z.object({ removed: library, note: z.string() })

const player = z.object({ product: z.string(), device: z.string(), platform: z.string() })

export const violation = z.object({
  id: z.string(),
  guest: guestRef,
  media: mediaItem,
  player,
  allowed: z.array(mediaItem),
  slip: z.boolean(),
  firstSeenAt: instant,
  lastSeenAt: instant,
  endedAt: instant.exactOptional(),
  enforcement: z.array(
    z.object({
      rung: z.enum(rungs),
      at: instant,
      outcome: z.enum(outcomes),
      tookMs: z.number().exactOptional(),
      reason: z.string().exactOptional(),
    }),
  ),
  repeats: z.int(),
  resolution: z.object({ action: z.enum(resolutionActions), by: z.string(), at: instant }).exactOptional(),
})

export const guestSession = z.object({
  id: z.string(),
  guest: guestRef,
  media: mediaItem.exactOptional(),
  player,
  state: z.enum(['playing', 'paused', 'buffering', 'stopped', 'error', 'unknown']),
  offsetMs: z.number(),
  firstSeenAt: instant,
  /** `draining`: it was ended, and Plex lists it for some minutes yet. */
  verdict: z.enum(['allowed', 'violation', 'draining', 'other']),
})

/** A guest with their open assignments. */
export const monitoredGuest = guestRef.extend({ assignments: z.array(assignment) })

const part = z.object({ ok: z.boolean(), reason: z.string().exactOptional() })

const capabilities = z.object({
  plexPass: z.boolean(),
  canTerminate: z.boolean(),
  canRestrict: z.boolean(),
})

const quantiles = z.object({ count: z.int(), p50Ms: z.number(), p95Ms: z.number() })

export const monitorStatus = z.object({
  running: z.boolean(),
  since: z.object({ at: instant, by: z.string() }).exactOptional(),
  guests: z.int(),
  openAssignments: z.int(),
  streams: z.object({ guests: z.int(), others: z.int() }),
  /** Restored from a backup: so many passes wait for `resume`. */
  restored: z.object({ at: instant, madeAt: instant.exactOptional(), assignments: z.int() }).exactOptional(),
  plex: z.object({
    ok: z.boolean(),
    reason: z.string().exactOptional(),
    lastReadAt: instant.exactOptional(),
  }),
  /** Whether what Plex announces comes through. */
  push: z.discriminatedUnion('state', [
    z.object({ state: z.literal('up'), way: z.enum(['websocket', 'sse']), since: instant }),
    z.object({ state: z.literal('down'), since: instant, reason: z.string() }),
    z.object({ state: z.literal('off') }),
  ]),
  /** How fast streams were ended lately, from seeing them to telling them to stop, and until they were gone. */
  reaction: z.object({ terminateSent: quantiles.exactOptional(), gone: quantiles.exactOptional() }),
  discord: part.exactOptional(),
  account: part.exactOptional(),
  capabilities: capabilities.exactOptional(),
  ladder: z.array(z.enum(rungs)),
  violations: z.int(),
  lastPassAt: instant.exactOptional(),
  waitingMessages: z.int(),
  /** Why messages to the admins cannot be delivered, and what mends that. */
  messageTrouble: z.string().exactOptional(),
  /** Which webhooks get no events any more, and why. */
  webhookTrouble: z.string().exactOptional(),
})

/** Whether something waited after a restore, and how many open assignments go on now. */
export const resumed = z.object({ resumed: z.boolean(), assignments: z.int() })

/** The link holds a code, and is for whoever signs in. */
export const signInPin = z.object({ id: z.string(), link: z.string(), expiresAt: instant })

export const signInState = z.object({
  state: z.enum(['waiting', 'done', 'expired']),
  /** While it waits. */
  expiresAt: instant.exactOptional(),
  /** Who has signed in, when it is done. */
  account: z.object({ plexId: z.string(), username: z.string() }).exactOptional(),
})

export const ownedServer = z.object({
  machineIdentifier: z.string(),
  name: z.string(),
  version: z.string().exactOptional(),
  inUse: z.boolean(),
  connections: z.array(
    z.object({ url: z.string(), local: z.boolean(), relay: z.boolean(), secure: z.boolean() }),
  ),
})

export const chosenServer = z.object({
  machineIdentifier: z.string(),
  name: z.string(),
  url: z.string(),
  version: z.string(),
})

/** One step of the way to Plex. */
export const check = z.object({
  check: z.string(),
  outcome: z.enum(['good', 'bad', 'lacking', 'skipped']),
  found: z.string(),
  remedy: z.string().exactOptional(),
})

/** Something at Plex that no pass explains, or the reverse. */
export const finding = z.object({
  kind: z.string(),
  sentence: z.string(),
  /** What to do about it. */
  remedy: z.string(),
  /** The records say that OTP made it, so that it may be taken away. */
  repairable: z.boolean(),
  guest: z.object({ plexId: z.string(), username: z.string() }).exactOptional(),
  media: mediaItem.exactOptional(),
})

export const serverReport = z.object({
  /** No step failed. */
  ok: z.boolean(),
  checks: z.array(check),
  machineIdentifier: z.string().exactOptional(),
  version: z.string().exactOptional(),
  name: z.string().exactOptional(),
  capabilities: capabilities.exactOptional(),
  account: z.object({
    ok: z.boolean(),
    owner: z.object({ plexId: z.string(), username: z.string() }).exactOptional(),
    reason: z.string().exactOptional(),
  }),
  people: z.object({ connected: z.int(), most: z.int() }).nullable(),
  /** Null when it could not be looked at. */
  drift: z.array(finding).nullable(),
  driftReason: z.string().exactOptional(),
  /** Guests for whom something is under way, in sentences. */
  passedOver: z.array(z.string()),
})

export const repairReport = z.object({
  repaired: z.array(finding),
  left: z.array(finding),
  passedOver: z.array(z.string()),
})

/** A key of the API; never the key itself. */
export const apiKey = z.object({
  name: z.string(),
  scope: z.enum(keyScopes),
  createdAt: instant,
  createdBy: z.string(),
  lastUsedAt: instant.exactOptional(),
})

/** A new key, answered this once. */
export const newKey = z.object({ name: z.string(), scope: z.enum(keyScopes), key: z.string() })

/** Somebody connected to the owner's account at plex.tv. */
export const friend = z.object({
  plexId: z.string(),
  username: z.string(),
  email: z.string().exactOptional(),
  /** A member of the owner's Plex Home, who cannot be a guest. */
  home: z.boolean(),
})

export const invitation = z.object({
  id: z.string(),
  invitee: z.string(),
  purpose: z.enum(['standing', 'assignment']),
  library: z.string().exactOptional(),
  state: z.enum(['asked', 'sent', 'accepted', 'cancelled', 'failed']),
  guest: guestRef.exactOptional(),
  at: instant,
  by: z.string(),
  reason: z.string().exactOptional(),
})

/** Standing access that was taken back. */
export const withdrawnInvitation = invitation.extend({ access: z.enum(['restored', 'pending']) })

export const readiness = z.object({ plex: part, store: part, discord: part })

/** What every failed request is answered with. */
export const failure = z.object({
  error: z.literal(true),
  code: z.string(),
  reason: z.string(),
  result: z.unknown(),
  candidates: z.array(z.object({ value: z.string(), label: z.string() })).exactOptional(),
})

export type WireReadiness = z.infer<typeof readiness>
export type WireMedia = z.infer<typeof mediaItem>
export type WireAssignment = z.infer<typeof assignment>
export type WireAssigned = z.infer<typeof assigned>
export type WireExtended = z.infer<typeof extended>
export type WireEnded = z.infer<typeof ended>
export type WireLibrary = z.infer<typeof library>
export type WireRemovedLibrary = z.infer<typeof removedLibrary>
export type WireViolation = z.infer<typeof violation>
export type WireKey = z.infer<typeof apiKey>
export type WireNewKey = z.infer<typeof newKey>
export type WireOwnedServer = z.infer<typeof ownedServer>
export type WireChosenServer = z.infer<typeof chosenServer>
export type WireFriend = z.infer<typeof friend>
export type WireInvitation = z.infer<typeof invitation>
export type WireSession = z.infer<typeof guestSession>
export type WireGuest = z.infer<typeof monitoredGuest>
export type WireStatus = z.infer<typeof monitorStatus>
export type WireResumed = z.infer<typeof resumed>
export type WirePin = z.infer<typeof signInPin>
export type WireSignIn = z.infer<typeof signInState>
export type WireFinding = z.infer<typeof finding>
export type WireServerReport = z.infer<typeof serverReport>
export type WireRepairReport = z.infer<typeof repairReport>
