import type { Core } from '../../core/api.js'
import type { DiscordWords } from '../../core/messages/discord.js'
import type { ResolutionAction, Violation } from '../../core/model.js'
import type { Button, Press, Pressed } from '../button.js'
import { type Reply, say } from '../command.js'
import { guestText, titleText } from '../names.js'
import { decisionText } from '../violation-card.js'

/** The buttons of a violation's card. The card itself is edited by what they do. */
export const decisions: readonly Button[] = [
  decision('allow', (press) => decide(press, 'allow_once')),
  decision('assign', (press) => asking(press, 'assign')),
  decision('revoke', (press) => asking(press, 'revoke')),
  decision('dismiss', (press) => decide(press, 'dismiss')),
]

function decision(action: string, run: (press: Press) => Promise<Reply>): Button {
  return {
    action,
    adminOnly: true,
    run: async (press): Promise<Pressed> => ({ kind: 'aside', reply: await run(press) }),
  }
}

/** What takes something away is asked back first, by whoever has pressed. */
async function asking(press: Press, action: 'assign' | 'revoke'): Promise<Reply> {
  const { core, words, id } = press
  const violation = await core.violation(id)
  if (violation.resolution) return decidedAlready(words, violation)

  return {
    kind: 'ask',
    message: { content: `${whatWill(words, action, violation)}\n${words.replies.question()}` },
    confirmed: (by) => decide({ core, words, id, by }, action),
  }
}

async function decide(
  { core, words, id, by }: { core: Core; words: DiscordWords; id: string; by: string },
  action: ResolutionAction,
): Promise<Reply> {
  const before = await core.violation(id)
  if (before.resolution) return decidedAlready(words, before)
  return decided(words, action, await core.resolve({ id, action, by }))
}

function decidedAlready(words: DiscordWords, { resolution }: Violation): Reply {
  return say(resolution && words.cards.decidedAlready(decisionText(words, resolution)))
}

function whatWill(words: DiscordWords, action: 'assign' | 'revoke', { guest, media }: Violation): string {
  const name = guestText(words, guest)
  return action === 'assign' ? words.cards.willAssign(name, titleText(media)) : words.cards.willRevoke(name)
}

function decided(words: DiscordWords, action: ResolutionAction, { guest, media }: Violation): Reply {
  const name = guestText(words, guest)
  switch (action) {
    case 'allow_once':
      return say(words.cards.allowedOnce(name, titleText(media)))
    case 'assign':
      return say(words.replies.assigned(name, titleText(media)))
    case 'revoke':
      return say(words.cards.revoked(name))
    case 'dismiss':
      return say(words.cards.dismissed())
  }
}
