import type { Button } from '../button.js'
import { violationMessage } from '../violation-card.js'
import { OPEN_VIOLATION } from '../violation-list.js'

/** Opens one violation of a list, for the one who picked it alone. */
export const violation: Button = {
  action: OPEN_VIOLATION,
  adminOnly: true,

  async run({ picked, core, words }) {
    if (picked === undefined) return { kind: 'done' }
    const found = await core.violation(picked)
    return { kind: 'aside', reply: { kind: 'say', message: violationMessage(words, found) } }
  },
}
