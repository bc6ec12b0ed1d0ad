import { readUntil } from '../engine/read-until.js'
import { OtpError } from '../errors.js'
import { obstacles } from '../messages/obstacles.js'
import { refusals } from '../messages/refusals.js'
import type { LabelledItem } from '../model.js'
import type { Clock, PlexServer } from '../ports.js'
import { fenceImpossible } from './fences.js'

/** A server under load shows a label a moment late. */
const readBackAfterMs = [0, 500, 1_000, 2_000] as const

/** The labels of OTP on items of the server; each change counts when it has been read back. */
export interface Labelling {
  /** Throws `fence_unavailable` when the server takes a label and does not show it. */
  put(items: readonly LabelledItem[]): Promise<void>
  /** Takes the labels off again; an item that is gone has none. */
  remove(items: readonly LabelledItem[]): Promise<void>
}

export function createLabelling({ plexServer, clock }: { plexServer: PlexServer; clock: Clock }): Labelling {
  return { put, remove }

  async function put(items: readonly LabelledItem[]): Promise<void> {
    for (const item of items) {
      if (await isLabelled(item)) continue

      await add(item)
      if (await becomes(item, true)) continue
      throw fenceImpossible('label', obstacles.labelNotKept())
    }
  }

  async function add(item: LabelledItem): Promise<void> {
    try {
      await plexServer.addLabel(item)
    } catch (error) {
      if (!(error instanceof OtpError) || error.code !== 'plex_refused') throw error
      throw fenceImpossible('label', obstacles.labelRefused())
    }
  }

  async function remove(items: readonly LabelledItem[]): Promise<void> {
    for (const item of items) {
      const labels = await plexServer.labels(item.ratingKey)
      if (!labels) await refuseIfListed(item)
      if (!names(labels, item)) continue

      await plexServer.removeLabel(item)
      if (await becomes(item, false)) continue
      throw new OtpError('plex_refused', refusals.labelStays(item.label))
    }
  }

  async function becomes(item: LabelledItem, labelled: boolean): Promise<boolean> {
    const isRight = (now: boolean) => now === labelled
    return isRight(await readUntil(clock, readBackAfterMs, () => isLabelled(item), isRight))
  }

  /** A server that is not well calls everything gone, and a label that stays would open the item to a later pass. */
  async function refuseIfListed({ ratingKey, label }: LabelledItem): Promise<void> {
    const listed = await plexServer.labelled(label)
    if (!listed.some(({ item }) => item.ratingKey === ratingKey)) return
    throw new OtpError('plex_unreachable', refusals.labelStays(label))
  }

  async function isLabelled(item: LabelledItem): Promise<boolean> {
    return names(await plexServer.labels(item.ratingKey), item)
  }
}

/** Plex writes the first letter of a label in upper case and does not mind case otherwise. */
function names(labels: readonly string[] | undefined, { label }: LabelledItem): boolean {
  return labels?.some((one) => one.toLowerCase() === label.toLowerCase()) ?? false
}

export function isSameLabel(one: LabelledItem, other: LabelledItem): boolean {
  return one.ratingKey === other.ratingKey && one.label === other.label
}
