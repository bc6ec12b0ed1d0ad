import { type FaultAct, tooManyRequests } from '../../../src/simulator/plex/faults.js'
import { second } from '../builders.js'
import type { GuardWorld } from '../guard/guard-world.js'
import type { Trouble } from './lived.js'
import { backwards, everythingTwice, nothingInIt, wrongTypes } from './twists.js'

export type Side = 'server' | 'account'

/** What can become of a request to Plex, by what is read of it in the name of a row. */
export const acts: Record<string, FaultAct> = {
  'is slow': { kind: 'delay', ms: 700 },
  'is slower than anybody waits': { kind: 'delay', ms: 12 * second },
  'is refused': { kind: 'reset', when: 'before' },
  'breaks off when it was done': { kind: 'reset', when: 'after' },
  hangs: { kind: 'hang', when: 'before' },
  'hangs when it was done': { kind: 'hang', when: 'after' },
  ...Object.fromEntries(
    [401, 403, 404, 410, 500, 503].map((status): [string, FaultAct] => [
      `answers ${status}`,
      { kind: 'answer', status },
    ]),
  ),
  'answers 429, 3 s': tooManyRequests(3),
  'answers 429, 10 min': tooManyRequests(600),
  'answers 429 without a time': tooManyRequests(),
  'answers with a web page': { kind: 'html' },
  'answers half': { kind: 'cut' },
  'answers with nothing': { kind: 'answer', status: 200, body: '' },
  'answers with wrong types': { kind: 'twist', twist: wrongTypes },
  'answers everything twice': { kind: 'twist', twist: everythingTwice },
  'answers backwards': { kind: 'twist', twist: backwards },
  'answers that there is nothing': { kind: 'twist', twist: nothingInIt },
}

export const spans = { once: 1, 'for 30 s': Number.POSITIVE_INFINITY } as const
export type Span = keyof typeof spans

/** The same trouble with one kind of request, once or for as long as half a minute. */
export function plexTrouble(side: Side, match: string, act: FaultAct, span: Span): Trouble {
  return {
    begin: ({ guard }) => at(guard, side).faults.next({ match, act, times: spans[span] }),
    during: ({ guard }, lastsMs) => guard.pass(span === 'once' ? lastsMs : Math.max(lastsMs, 30 * second)),
    end: ({ guard }) => at(guard, side).faults.clear(),
  }
}

function at(guard: GuardWorld, side: Side) {
  return side === 'server' ? guard.plexServer : guard.plexTv
}
