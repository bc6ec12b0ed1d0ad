import { OtpError } from '../../../src/core/errors.js'
import type { Store } from '../../../src/core/ports.js'
import { second } from '../builders.js'
import type { Trouble } from './lived.js'

type Call = 'read' | 'page' | 'commit'

/** What becomes of the calls of a store, counted from when the trouble begins. */
export interface StoreFault {
  /** Whether it hits this one; the first is 1. */
  hits: (call: Call, at: number) => boolean
  /** `lost`: it was done all the same, as when only flushing fails. */
  how: 'refused' | 'lost' | 'slow'
  span: 'once' | 'for 30 s'
}

const longMs = 30 * second
const slowMs = 700

/** A store that fails as told while a journey is under way; `counts` says how often it was asked. */
export function storeTrouble(fault?: StoreFault) {
  const counts = { read: 0, page: 0, commit: 0 }
  let sleep: ((ms: number) => Promise<void>) | undefined

  const trouble: Trouble = {
    seams: { store: faulty },
    begin: ({ guard }) => {
      sleep = guard.clock.sleep
    },
    during: ({ guard }, lastsMs) =>
      guard.pass(fault?.span === 'for 30 s' ? Math.max(lastsMs, longMs) : lastsMs),
    end: () => {
      sleep = undefined
    },
    // That something failed is logged, as it should be.
    excuses: /The store could not be read or written/,
  }
  return { trouble, counts }

  function faulty(store: Store): Store {
    return {
      ...store,
      read: (kind, id) => disturbed('read', () => store.read(kind, id)),
      page: (kind, query) => disturbed('page', () => store.page(kind, query)),
      commit: (changes, how) => disturbed('commit', () => store.commit(changes, how)),
    }
  }

  async function disturbed<T>(call: Call, proper: () => Promise<T>): Promise<T> {
    if (!sleep) return proper()
    counts[call] += 1
    if (!fault?.hits(call, counts[call])) return proper()

    if (fault.how === 'slow') await sleep(slowMs)
    if (fault.how !== 'refused') {
      const answer = await proper()
      if (fault.how === 'slow') return answer
    }
    const reason = 'SQLITE_FULL: database or disk is full'
    throw new OtpError('store_unavailable', `The store could not be read or written: ${reason}. Try again.`)
  }
}
