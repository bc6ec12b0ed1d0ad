import type { Button } from '../button.js'
import { say } from '../command.js'
import { doneQuestion } from '../guest-replies.js'
import { titleText } from '../names.js'

/** "I'm done": a guest ends their own pass, once they have said that they mean it. */
export const done: Button = {
  action: 'done',
  adminOnly: false,

  async run({ id, userId, core, words }) {
    const own = { id, discordUserId: userId }
    const assignment = await core.ownPass(own)
    const reply = doneQuestion(words, assignment, async () => {
      await core.finishOwn(own)
      return say(words.pass.doneNow(titleText(assignment.media)))
    })
    return { kind: 'aside', reply }
  },
}
