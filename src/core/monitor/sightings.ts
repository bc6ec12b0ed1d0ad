import type { PlaybackReport, PlayState, Session } from '../model.js'
import type { Clock, Ids } from '../ports.js'

/** How often a pair that was announced and is not listed is looked for, and when after its announcement. */
const lookAfterMs = [0, 1_000, 2_000, 4_000]
/** A pair that was looked for in vain is not looked for again so soon: some servers announce what they never list. */
const fruitlessForMs = 60_000

/** What OTP remembers of a listed stream between two readings; it matters nothing that a restart forgets it. */
export interface Sighting {
  /** The same after a restart. Found when it is asked for: most streams are never chosen from a list. */
  playId: () => string
  /** When it was announced or, where it was not, first listed. */
  firstSeenAt: number
  listedAt: number
  /** It was not there at the reading before, or showed another item. */
  isNew: boolean
  /** The last thing that is known of the player, from the list or from an announcement. */
  seen: { offsetMs: number; state: PlayState }
  /** The player has reported something new no earlier than this; undefined until it was seen to. */
  reportedAt?: number
  /** When it was last seen with an item that it may play. */
  coveredAt?: number
  /** The pass that had covered it had just ended when the stream was seen. */
  wasClosing: boolean
  unsureTold: boolean
  /** Somebody whom OTP does not guard: what they do needs no reading. */
  isNobodys: boolean
}

interface Held extends Sighting {
  session: Session
}

/** The streams as they were listed and announced. */
export interface Sightings {
  /** Takes in a list that was asked for at this time. Answers whether any stream shows life since the one before. */
  note(sessions: readonly Session[], readAt: number): { hasMoved: boolean }
  of(session: Session): Sighting | undefined
  /**
   * Takes in what a player has reported. True when only the list can tell what it means: a stream that is not
   * known with this item, or a change of state of somebody under watch.
   */
  hear(report: PlaybackReport): boolean
  /** Streams of the last list but one that are gone, with the last offset that was announced for them. */
  parted(): Session[]
  /** When to look again for what was announced and is not listed; undefined while there is nothing. */
  lookAgainAt(): number | undefined
}

export function createSightings({ clock, ids }: { clock: Clock; ids: Ids }): Sightings {
  let held = new Map<string, Held>()
  let gone: Session[] = []
  let lastReadAt: number | undefined
  /** Pairs that were announced and not listed yet, by session key. */
  const announced = new Map<string, { ratingKey: string | undefined; at: number; looks: number }>()

  return { note, of, hear, parted: () => gone, lookAgainAt }

  function note(sessions: readonly Session[], readAt: number): { hasMoved: boolean } {
    const before = held
    held = new Map()
    let hasMoved = false
    for (const session of sessions) {
      const now = sighted(session, before.get(session.key), readAt)
      held.set(session.key, now)
      hasMoved ||= now.hasMoved
    }
    gone = [...before.values()].filter((one) => !isListed(one.session)).map(asAnnounced)
    settleAnnounced()
    lastReadAt = readAt
    return { hasMoved }
  }

  function sighted(session: Session, last: Held | undefined, readAt: number): Held & { hasMoved: boolean } {
    const before = last && isSameStream(last.session, session) ? last : undefined
    const same = before && before.session.item?.ratingKey === session.item?.ratingKey ? before : undefined
    const { offsetMs, state } = session
    const hasMoved = !same || same.session.offsetMs !== offsetMs || same.session.state !== state
    // Nothing is known of what the first reading after a start shows: it may have stopped long ago.
    const isNews = hasMoved && (before !== undefined || lastReadAt !== undefined)
    // It happened between the two readings; what follows from it must hold for the whole of that time.
    const reportedAt = isNews ? Math.max(before?.reportedAt ?? 0, lastReadAt ?? readAt) : before?.reportedAt
    const announcedAt = announcementOf(session)

    return {
      session,
      playId: same?.playId ?? playIdOf(session),
      firstSeenAt: same?.firstSeenAt ?? announcedAt ?? clock.now(),
      listedAt: same?.listedAt ?? clock.now(),
      isNew: !same,
      seen: { offsetMs, state },
      wasClosing: same?.wasClosing ?? false,
      unsureTold: same?.unsureTold ?? false,
      isNobodys: same?.isNobodys ?? false,
      hasMoved,
      ...(before?.coveredAt !== undefined && { coveredAt: before.coveredAt }),
      ...(reportedAt !== undefined && { reportedAt }),
    }
  }

  /** From what tells it from every other stream that is listed with it: a button for it also works after a restart. */
  function playIdOf({ key, id, user, player, item }: Session): () => string {
    let found: string | undefined
    return () => {
      found ??= ids.of([key, id, user?.plexId, player.machineId, item?.ratingKey])
      return found
    }
  }

  function of(session: Session): Sighting | undefined {
    return held.get(session.key)
  }

  function isListed(session: Session): boolean {
    const now = held.get(session.key)
    return (
      now !== undefined &&
      isSameStream(now.session, session) &&
      now.session.item?.ratingKey === session.item?.ratingKey
    )
  }

  function hear(report: PlaybackReport): boolean {
    const known = held.get(report.sessionKey)
    if (!known || !isOfItem(report, known.session)) return announce(report)

    const { state, offsetMs = known.seen.offsetMs } = report
    const hasChanged = state !== known.seen.state
    known.seen = { offsetMs, state }
    known.reportedAt = clock.now()
    return hasChanged && !known.isNobodys
  }

  function announce({ sessionKey, ratingKey, state }: PlaybackReport): boolean {
    // What has stopped and is not listed is over: there is nothing to look for.
    if (state === 'stopped') return false

    const before = announced.get(sessionKey)
    if (before && before.ratingKey === ratingKey && clock.now() - before.at < fruitlessForMs) return false
    announced.set(sessionKey, { ratingKey, at: clock.now(), looks: 1 })
    return true
  }

  function announcementOf({ key, item }: Session): number | undefined {
    const found = announced.get(key)
    return found && (found.ratingKey === undefined || found.ratingKey === item?.ratingKey)
      ? found.at
      : undefined
  }

  /** What is listed now needs no more looks; the others get their next one. */
  function settleAnnounced(): void {
    for (const [key, one] of announced) {
      const listed = held.get(key)
      const isFound = listed && isOfItem(one, listed.session)
      if (isFound || clock.now() - one.at >= fruitlessForMs) announced.delete(key)
      else while (dueAt(one) <= clock.now()) one.looks += 1
    }
  }

  function lookAgainAt(): number | undefined {
    const next = Math.min(...[...announced.values()].map(dueAt))
    return Number.isFinite(next) ? next : undefined
  }

  function dueAt({ at, looks }: { at: number; looks: number }): number {
    const afterMs = lookAfterMs[looks]
    return afterMs === undefined ? Number.POSITIVE_INFINITY : at + afterMs
  }
}

/** What it last announced is newer than what was listed; a player that only buffers may announce anything. */
function asAnnounced({ session, seen }: Held): Session {
  const isFurther = seen.state !== 'buffering' && seen.offsetMs > session.offsetMs
  return isFurther ? { ...session, offsetMs: seen.offsetMs, state: 'playing' } : session
}

function isOfItem({ ratingKey }: { ratingKey?: string | undefined }, { item }: Session): boolean {
  return ratingKey === undefined || ratingKey === item?.ratingKey
}

/** Session keys start over when the server does, so that the same key may be somebody else's stream. */
export function isSameStream(one: Session, other: Session): boolean {
  if (one.key !== other.key || one.user?.plexId !== other.user?.plexId) return false
  if (one.player.machineId !== other.player.machineId) return false
  return one.id === undefined || other.id === undefined || one.id === other.id
}
