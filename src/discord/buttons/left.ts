import type { Button, Press } from '../button.js'
import { type Reply, say } from '../command.js'
import { lines } from '../message.js'
import { guestText } from '../names.js'
import { ended } from '../replies.js'
import { leavingAnswerText } from '../wish-cards.js'

/** What becomes of the passes of a guest who left the Discord server. */
export const leavingAnswers: readonly Button[] = [
  {
    action: 'left-revoke',
    adminOnly: true,

    async run(press) {
      const { id, core, words } = press
      const guest = await core.guest(plexIdOf(id))
      const content = lines(words.wishes.revokeQuestion(guestText(words, guest)), words.replies.question())
      const confirmed = (by: string) => answer({ ...press, by }, true)
      return { kind: 'aside', reply: { kind: 'ask', message: { content }, confirmed } }
    },
  },
  {
    action: 'left-keep',
    adminOnly: true,
    run: async (press) => ({ kind: 'aside', reply: await answer(press, false) }),
  },
]

async function answer({ id, by, core, words }: Press, revoke: boolean): Promise<Reply> {
  const answered = await core.answerLeaving({ id, revoke, by })
  if (answered.now && answered.ended && answered.ended.ended.length > 0) return ended(words, answered.ended)
  return say(leavingAnswerText(words, answered.answer))
}

/** The record of a guest is named by their server and their Plex id. */
function plexIdOf(id: string): string {
  return id.slice(id.lastIndexOf('.') + 1)
}
