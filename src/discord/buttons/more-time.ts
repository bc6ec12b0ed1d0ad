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

/** The card tells by itself what was answered; only who came second has to be told. */
async function answer({ id, by, core, words }: Press, moreMs?: number): Promise<Pressed> {
  const answered = await core.answerTime({ id, by, ...(moreMs !== undefined && { moreMs }) })
  if (answered.now) return { kind: 'done' }
  return { kind: 'aside', reply: say(timeAnswerText(words, answered.answer)) }
}
