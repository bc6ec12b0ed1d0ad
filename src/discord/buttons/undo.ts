import type { Button } from '../button.js'
import { undone } from '../replies.js'

/** Under what has just been ended. The core knows for how long it can be undone. */
export const undo: Button = {
  action: 'undo',
  adminOnly: true,
  async run({ id, core, by, words }) {
    return { kind: 'update', reply: undone(words, await core.undo({ id, by })) }
  },
}
