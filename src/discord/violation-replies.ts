import type { Core } from '../core/api.js'
import type { DiscordWords } from '../core/messages/discord.js'
import type { Violation } from '../core/model.js'
import { type Reply, say } from './command.js'
import { button, buttonRow, menu } from './components.js'
import { guestText, titleText } from './names.js'
import { instant } from './text.js'
import { decisionText } from './violation-card.js'
import { choiceOf, OPEN_VIOLATION } from './violation-list.js'

const onAPage = 10

/** A page of violations, newest first, with a menu that opens one and buttons to turn the pages. */
export async function violationPage(
  words: DiscordWords,
  core: Core,
  cursor: string | undefined,
): Promise<Reply> {
  const { items, next } = await core.violations({ limit: onAPage, ...(cursor !== undefined && { cursor }) })
  if (items.length === 0)
    return say(cursor === undefined ? words.cards.noViolations() : words.cards.noOlder())

  const turning = [
    ...(cursor === undefined ? [] : [button('page', 'newest', words.cards.newer)]),
    ...(next === null ? [] : [button('page', next, words.cards.older)]),
  ]
  const choices = items.map((one) => choiceOf(words, one))
  return {
    kind: 'say',
    message: {
      embeds: [
        {
          title: words.cards.newestViolations,
          description: items.map((one) => lineOf(words, one)).join('\n'),
        },
      ],
      components: [
        menu(OPEN_VIOLATION, 'open', words.cards.openOne, choices),
        ...(turning.length > 0 ? [buttonRow(...turning)] : []),
      ],
    },
  }
}

function lineOf(words: DiscordWords, violation: Violation): string {
  const { guest, media, firstSeenAt, endedAt, resolution } = violation
  const how = endedAt === undefined ? words.cards.howRunning : words.cards.howEnded
  const state = resolution ? decisionText(words, resolution) : how
  return words.cards.violationLine(instant(firstSeenAt), guestText(words, guest), titleText(media), state)
}
