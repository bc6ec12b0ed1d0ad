import type { Clock } from '../../core/ports.js'
import type { SimAccount } from './accounts.js'
import type { SimBehaviour } from './behaviour.js'
import type { Catalogue } from './catalogue.js'

/** Items that the owner has granted to one person, without a library. */
export interface SimGrantSource {
  id: number
  plexId: number
  items: { id: number; ratingKey: string; createdAt: number }[]
}

/** Single items granted to people ("Grant Access"). Who has a season or a show has its episodes. */
export function createGrants(needs: { clock: Clock; catalogue: Catalogue; behaviour: SimBehaviour }) {
  const { clock, catalogue, behaviour } = needs
  let sources: SimGrantSource[] = []
  let lastId = 5500100

  return { list: () => sources, give, remove, forgetPerson, isGranted }

  function give(who: SimAccount, ratingKeys: readonly string[]): SimGrantSource {
    const source = sourceFor(who)
    for (const ratingKey of ratingKeys) {
      source.items.push({ id: nextId(), ratingKey, createdAt: clock.now() })
    }
    return source
  }

  function remove(id: number): boolean {
    const before = sources.length
    sources = sources.filter((one) => one.id !== id)
    return sources.length < before
  }

  function forgetPerson(plexId: number): void {
    sources = sources.filter((one) => one.plexId !== plexId)
  }

  function isGranted(who: SimAccount, ratingKey: string): boolean {
    const item = catalogue.item(ratingKey)
    const covering = [ratingKey, item?.parentRatingKey, item?.grandparentRatingKey]
    return sources.some(
      (one) => one.plexId === who.plexId && one.items.some((granted) => covering.includes(granted.ratingKey)),
    )
  }

  function sourceFor(who: SimAccount): SimGrantSource {
    const present = sources.find((one) => one.plexId === who.plexId)
    if (present && behaviour.sourcePer === 'person') return present

    const source: SimGrantSource = { id: nextId(), plexId: who.plexId, items: [] }
    sources.push(source)
    return source
  }

  function nextId(): number {
    lastId += 1
    return lastId
  }
}
