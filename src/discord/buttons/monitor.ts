import type { Button } from '../button.js'
import { say } from '../command.js'
import { turned } from '../monitor-orders.js'
import { monitorStatus } from '../monitor-replies.js'
import { guestText, titleText } from '../names.js'
import { streamsNow } from '../stream-replies.js'
import { violationPage } from '../violation-replies.js'

/** The buttons of what `/monitor` shows: each replaces what is shown by what is now. */
export const monitorButtons: readonly Button[] = [
  {
    action: 'monitor',
    adminOnly: true,
    async run({ id, core, by, words }) {
      return { kind: 'update', reply: monitorStatus(words, await turned(id, core, by)) }
    },
  },
  {
    action: 'now',
    adminOnly: true,
    async run({ core, words }) {
      return { kind: 'update', reply: await streamsNow(words, core) }
    },
  },
  {
    action: 'end',
    adminOnly: true,
    async run({ id, core, by, words }) {
      const { guest, session } = await core.endSession({ id, by })
      const title = session.item ? titleText(session.item) : words.cards.unknownTitle
      return { kind: 'aside', reply: say(words.cards.streamEnded(guestText(words, guest), title)) }
    },
  },
  {
    action: 'page',
    adminOnly: true,
    async run({ id, core, words }) {
      return { kind: 'update', reply: await violationPage(words, core, id === 'newest' ? undefined : id) }
    },
  },
]
