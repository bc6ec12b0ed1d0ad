import type { Catalogue, SimItem } from './catalogue.js'
import type { SimAccount } from './people.js'

/** Something that was watched. It stays when the item is gone. */
export interface HistoryRow {
  id: number
  who: SimAccount
  item: SimItem
  show?: string
  viewedAt: number
}

export type History = ReturnType<typeof createHistory>

/** What the accounts have watched to the end on this server. */
export function createHistory({ catalogue }: { catalogue: Catalogue }) {
  const rows: HistoryRow[] = []

  return { rows: () => rows, add }

  function add(who: SimAccount, item: SimItem, viewedAt: number): void {
    const show = catalogue.item(item.grandparentRatingKey ?? '')?.title
    rows.push({
      id: 770 + rows.length,
      who,
      item: { ...item },
      ...(show !== undefined && { show }),
      viewedAt,
    })
  }
}
