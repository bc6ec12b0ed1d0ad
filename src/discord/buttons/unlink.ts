import type { Button } from '../button.js'
import { say } from '../command.js'
import { memberText } from '../guest-replies.js'
import { guestText } from '../names.js'

/** Undoes the link that `/assign` has made, unless there is another one by now. */
export const unlink: Button = {
  action: 'unlink',
  adminOnly: true,

  async run({ id, by, core, words }) {
    const [guest = '', discordUserId = ''] = id.split('.')
    const [unlinked] = await core.unlink({ guest, discordUserId, by })
    const name = guestText(words, unlinked ?? { username: guest })
    return { kind: 'aside', reply: say(words.wishes.unlinked(memberText(words, discordUserId), name)) }
  },
}
