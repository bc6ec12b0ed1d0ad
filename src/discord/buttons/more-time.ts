import type { Button, Press, Pressed } from '../button.js'
import { say } from '../command.js'
import { titleText } from '../names.js'
import { timeAnswerText } from '../wish-cards.js'

const dayMs = 24 * 3_600_000

/** "I need more time": a guest asks the admins. */
export const moreTime: Button = {
  action: 'time',
  adminOnly: false,

  async run({ id, userId, core, words }) {
    const own = { id, discordUserId: userId }
    const { media } = await core.ownPass(own)
    const asked = await core.askForTime(own)
    const text = asked === 'asked' ? words.pass.asked : words.pass.askedBefore
    return { kind: 'aside', reply: say(text(titleText(media))) }
  },
}

/** The answers of the admins, on the card that asks them. */
export const timeAnswers: readonly Button[] = [
  { action: 'time1', adminOnly: true, run: (press) => answer(press, dayMs) },
  { action: 'time3', adminOnly: true, run: (press) => answer(press, 3 * dayMs) },
  { action: 'timeno', adminOnly: true, run: (press) => answer(press) },
]

/** The card tells everybody what was answered, and this whoever pressed: also that somebody else was first. */
async function answer({ id, by, core, words }: Press, moreMs?: number): Promise<Pressed> {
  const { answer: given } = await core.answerTime({ id, by, ...(moreMs !== undefined && { moreMs }) })
  return { kind: 'aside', reply: say(timeAnswerText(words, given)) }
}
