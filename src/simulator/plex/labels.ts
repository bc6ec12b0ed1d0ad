import type { Catalogue } from './catalogue.js'

export interface SimLabel {
  id: number
  tag: string
}

/** What one request wants with the labels of an item. */
export interface LabelEdit {
  set: string[]
  remove: string[]
  locked?: boolean
}

export type Labels = ReturnType<typeof createLabels>

/**
 * The labels on items. They belong to the metadata item: a file that is removed and added again has none. Plex
 * writes the first letter in upper case and otherwise does not tell upper case from lower.
 */
export function createLabels({ catalogue }: { catalogue: Catalogue }) {
  const tags = new Map<string, SimLabel>()
  const onItems = new Map<string, Set<string>>()
  const locked = new Set<string>()
  let lastId = 76

  return { of, add, set, remove, lock, isLocked: (ratingKey: string) => locked.has(ratingKey), inUse }

  function of(ratingKey: string): SimLabel[] {
    if (!catalogue.item(ratingKey)) return []
    return [...(onItems.get(ratingKey) ?? [])].flatMap((name) => tags.get(name) ?? [])
  }

  function add(ratingKey: string, labels: readonly string[]): void {
    const present = onItems.get(ratingKey) ?? new Set<string>()
    for (const label of labels) present.add(named(label))
    onItems.set(ratingKey, present)
  }

  function set(ratingKey: string, labels: readonly string[]): void {
    onItems.delete(ratingKey)
    add(ratingKey, labels)
  }

  function remove(ratingKey: string, labels: readonly string[]): void {
    for (const label of labels) onItems.get(ratingKey)?.delete(label.toLowerCase())
  }

  /** An agent's refresh leaves a locked field alone. */
  function lock(ratingKey: string, isLocked: boolean): void {
    if (isLocked) locked.add(ratingKey)
    else locked.delete(ratingKey)
  }

  /** The labels that are on at least one of these items. */
  function inUse(ratingKeys: readonly string[]): SimLabel[] {
    return [...new Set(ratingKeys.flatMap(of))].sort((a, b) => a.id - b.id)
  }

  function named(label: string): string {
    const name = label.toLowerCase()
    if (!tags.has(name)) {
      lastId += 1
      tags.set(name, { id: lastId, tag: label.charAt(0).toUpperCase() + label.slice(1) })
    }
    return name
  }
}

/** Reads `label[0].tag.tag=A`, `label[].tag.tag-=A,B` and `label.locked=1`; undefined when there is none of them. */
export function labelEdit(query: URLSearchParams): LabelEdit | undefined {
  const given = [...query].filter(([name]) => name.startsWith('label'))
  const set = given.filter(([name]) => /^label\[\d*\]\.tag\.tag$/.test(name)).map(([, label]) => label)
  const remove = given
    .filter(([name]) => /^label\[\d*\]\.tag\.tag-$/.test(name))
    .flatMap(([, labels]) => labels.split(','))
  const locked = query.get('label.locked')
  if (set.length + remove.length === 0 && locked === null) return undefined

  return {
    set: set.filter(Boolean),
    // Clients encode these once or twice; a plain label reads the same either way.
    remove: remove.map(decodedOnce).filter(Boolean),
    ...(locked !== null && { locked: locked === '1' }),
  }
}

/** Text with its `%2C` and the like read once; what is no such code stays as it is. */
export function decodedOnce(text: string): string {
  return text.replace(/(%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString())
}
