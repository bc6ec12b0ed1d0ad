import { linkKeyOf } from '../access/private-library.js'
import type { EndedAnswer } from '../api.js'
import type { Endings } from '../assignments/endings.js'
import type { Plays } from '../assignments/plays.js'
import { currentMark, hasWatched, watchedToTheEnd } from '../assignments/progress.js'
import { all } from '../engine/transact.js'
import { OtpError } from '../errors.js'
import { guestRefusals } from '../messages/guests.js'
import type { Assignment } from '../model.js'
import type { Logger, PlexServer, Store } from '../ports.js'
import { isOpen } from '../states.js'
import { titleOf } from '../titles.js'
import type { Links } from './links.js'

/** One open assignment as its guest may see it. */
export interface OwnPass {
  assignment: Assignment
  /** Opens the item. */
  link: string
  /** How far they have come with a film or an episode; missing while it has not been begun. */
  place?: { offsetMs: number; durationMs: number }
  /** Of a season or a show: how many episodes they have seen; `of` is missing when Plex does not say. */
  episodes?: { seen: number; of?: number }
}

/** What a Discord user may know and do about the assignments of the guest that they are. */
export interface OwnPasses {
  list(asker: { discordUserId: string }): Promise<{ linked: boolean; passes: OwnPass[] }>
  /** One that is still open. Throws `forbidden`, `assignment_not_found` and, when it has ended, `conflict`. */
  one(request: { id: string; discordUserId: string }): Promise<Assignment>
  /** The guest says that they are done with it. Throws as `one` does. */
  finish(request: { id: string; discordUserId: string }): Promise<EndedAnswer>
}

interface Needs {
  store: Store
  plexServer: PlexServer
  links: Links
  endings: Endings
  plays: Plays
  log: Logger
}

export function createOwnPasses({ store, plexServer, links, endings, plays, log }: Needs): OwnPasses {
  return { list, one, finish }

  async function list({ discordUserId }: { discordUserId: string }) {
    const guests = await links.of(discordUserId)
    const theirs = await Promise.all(
      guests.map(async ({ machineIdentifier, plexId }) => {
        const open = await all(store, 'assignment', { open: true, guest: plexId })
        return open
          .map((stored) => stored.record)
          .filter((record) => isOpen(record) && record.machineIdentifier === machineIdentifier)
      }),
    )
    const passes = await Promise.all(theirs.flat().map((record) => passOf(plays.current(record))))
    return { linked: guests.length > 0, passes }
  }

  async function one({ id, discordUserId }: { id: string; discordUserId: string }): Promise<Assignment> {
    const { record } = await links.own(id, discordUserId)
    if (!isOpen(record)) throw new OtpError('conflict', guestRefusals.over(titleOf(record.media)))
    return record
  }

  async function finish(request: { id: string; discordUserId: string }): Promise<EndedAnswer> {
    const assignment = await one(request)
    const access = await endings.end([assignment], {
      state: 'finished',
      by: `discord:${request.discordUserId}`,
      what: 'finished: the guest said so',
    })
    const ended = await store.read('assignment', request.id)
    return { ended: [ended?.record ?? assignment], access }
  }

  async function passOf(assignment: Assignment): Promise<OwnPass> {
    const link = plexServer.linkTo(assignment.machineIdentifier, linkKeyOf(assignment))
    const { type, durationMs: length = 0 } = assignment.media
    if (type === 'season' || type === 'show') {
      return { assignment, link, episodes: await episodesOf(assignment) }
    }

    const mark = currentMark(assignment)
    const place = mark && { offsetMs: mark.offsetMs, durationMs: mark.durationMs || length }
    return { assignment, link, ...(place && { place }) }
  }

  async function episodesOf(assignment: Assignment): Promise<{ seen: number; of?: number }> {
    try {
      const episodes = await plexServer.episodes(assignment.media.ratingKey)
      return { seen: episodes.filter((it) => hasWatched(assignment, it)).length, of: episodes.length }
    } catch (error) {
      if (!(error instanceof OtpError)) throw error
      log.warn('episodes could not be listed', { assignment: assignment.id, error })
      return { seen: watchedToTheEnd(assignment).length }
    }
  }
}
