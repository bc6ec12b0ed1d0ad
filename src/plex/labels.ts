import { createTurns } from '../core/engine/turns.js'
import { OtpError } from '../core/errors.js'
import { refusals } from '../core/messages/refusals.js'
import type { Library, MediaItem } from '../core/model.js'
import type { Labelling, PlexServer } from '../core/ports.js'
import { errorFor, type PlexAnswer } from './answer.js'
import type { PlexHttp, Query } from './http.js'
import { byKeys, itemPath, listPath, typeNumbers } from './items.js'
import { pagesOf } from './paging.js'
import { parseItems, unreadable } from './parse.js'
import { parseLabelled, parseLabelValues } from './parse-library.js'

/**
 * Labels on films and shows. Plex takes the whole list of an item's labels, so that an addition is reading,
 * then writing: one at a time for each item.
 */
export function createLabels(http: PlexHttp, { libraries }: Pick<PlexServer, 'libraries'>) {
  const turns = createTurns()

  return {
    labels,
    addLabel: (asked: Labelling) => turns.run(asked.ratingKey, () => add(checked(asked))),
    removeLabel: (asked: Labelling) => turns.run(asked.ratingKey, () => remove(checked(asked))),
    labelled,
  }

  async function labels(ratingKey: string): Promise<string[] | undefined> {
    const answer = await http.ask({ method: 'GET', path: itemPath(ratingKey) })
    if (answer.kind === 'done') {
      const [found] = parseLabelled(answer.data)
      // What a server does not have it answers with 404.
      if (!found) throw unreadable('it does not hold the item')
      return found.labels
    }
    if (isMissing(answer)) return undefined
    throw errorFor(answer, http.name)
  }

  async function add(asked: Labelling): Promise<void> {
    const present = await labels(asked.ratingKey)
    if (!present) throw new OtpError('media_not_found', refusals.mediaMissing(asked.ratingKey))
    if (present.some((one) => same(one, asked.label))) return

    const all = [...present, asked.label].map((label, at) => [`label[${at}].tag.tag`, label] as const)
    const answer = await edit(asked, Object.fromEntries(all))
    if (isMissing(answer)) throw new OtpError('media_not_found', refusals.mediaMissing(asked.ratingKey))
    if (answer.kind !== 'done') throw errorFor(answer, http.name)
  }

  async function remove(asked: Labelling): Promise<void> {
    const present = await labels(asked.ratingKey)
    const spelling = present?.find((one) => same(one, asked.label))
    if (spelling === undefined) return

    const answer = await edit(asked, { 'label[].tag.tag-': spelling })
    if (answer.kind !== 'done' && !isMissing(answer)) throw errorFor(answer, http.name)
  }

  // Locked, an agent that refreshes the item leaves its labels alone.
  function edit({ ratingKey, type, libraryKey }: Labelling, change: Query): Promise<PlexAnswer> {
    const query = { type: typeNumbers[type] ?? '', id: ratingKey, ...change, 'label.locked': '1' }
    return http.ask({ method: 'PUT', path: listPath(libraryKey), query })
  }

  async function labelled(prefix: string): Promise<{ label: string; item: MediaItem }[]> {
    const found: { label: string; item: MediaItem }[] = []
    const searched = (await libraries()).filter(({ type }) => type === 'movie' || type === 'show')

    for (const library of searched) {
      // A list does not tell all labels of an item, and a server may list more than was asked for.
      for await (const answer of byKeys(http, await candidates(library, prefix))) {
        for (const { item, labels } of parseLabelled(answer)) {
          const fitting = labels.filter((label) => begins(label, prefix))
          found.push(...fitting.map((label) => ({ label, item })))
        }
      }
    }
    return found
  }

  /** Rating keys of what the server lists under a label that begins so. */
  async function candidates(library: Library, prefix: string): Promise<string[]> {
    const keys = new Set<string>()
    const answer = await http.ask({ method: 'GET', path: `/library/sections/${library.key}/label` })
    if (hasNoLabels(answer)) return []
    if (answer.kind !== 'done') throw errorFor(answer, http.name)

    for (const { id, label } of parseLabelValues(answer.data)) {
      if (!begins(label, prefix)) continue
      const query = { type: library.type === 'show' ? '2' : '1', label: id }
      for await (const page of pagesOf(http, listPath(library.key), query)) {
        for (const item of parseItems(page)) keys.add(item.ratingKey)
      }
    }
    return [...keys]
  }
}

/** Anything else in a label is syntax in the restriction of a share, or an edit of more than one item. */
function checked(asked: Labelling): Labelling {
  if (!/^[A-Z][a-z0-9-]*$/.test(asked.label)) throw new Error(`"${asked.label}" is no label that OTP writes.`)
  if (!/^[A-Za-z0-9_-]+$/.test(asked.ratingKey)) throw new Error('A label was to be put on no item.')
  return asked
}

/** Plex keeps labels without regard to upper and lower case, and writes the first letter large. */
function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

function begins(label: string, prefix: string): boolean {
  return label.toLowerCase().startsWith(prefix.toLowerCase())
}

function isMissing(answer: PlexAnswer): boolean {
  return answer.kind === 'refused' && answer.status === 404
}

/** The library went away meanwhile, or is of a kind that knows no labels. */
function hasNoLabels(answer: PlexAnswer): boolean {
  return answer.kind === 'refused' && (answer.status === 404 || answer.status === 400)
}
