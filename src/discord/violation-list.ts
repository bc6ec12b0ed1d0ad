import type { DiscordWords } from '../core/messages/discord.js'
import type { Violation } from '../core/model.js'
import { titleOf } from '../core/titles.js'
import { menu } from './components.js'
import { lines, type MessageParts } from './message.js'
import { guestText, titleText } from './names.js'
import { cut, plain } from './text.js'
import { cardColor, violationState } from './violation-card.js'

/** The action of the menu that opens one violation of a list. */
export const OPEN_VIOLATION = 'violation'

const DESCRIPTION = 4096
/** Room for the line that counts what does not fit. */
const REST = 40

/** One message for many violations, with a menu that opens each as a card of its own. */
export function violationList(words: DiscordWords, violations: readonly Violation[]): MessageParts {
  const { list } = words.outbox
  const open = violations.find((one) => one.endedAt === undefined)
  const shown = open ?? violations[0]
  return {
    embeds: [
      {
        title: list.title(violations.length),
        description: fitting(
          violations.map((one) => lineOf(words, one)),
          list.more,
        ),
        ...(shown && { color: cardColor(shown) }),
      },
    ],
    components: shown
      ? [
          menu(
            OPEN_VIOLATION,
            'list',
            list.open,
            violations.map((one) => choiceOf(words, one)),
          ),
        ]
      : [],
  }
}

function lineOf(words: DiscordWords, violation: Violation): string {
  const { list } = words.outbox
  const state = list.states[violationState(violation)]
  return list.line(guestText(words, violation.guest), titleText(violation.media), state)
}

/** A violation as an entry of a menu, where nothing is rendered and so nothing is escaped. */
export function choiceOf(words: DiscordWords, violation: Violation) {
  const { guest, media, id } = violation
  const name = guest.username.includes('@') ? words.people.anEmailAddress : plain(guest.username)
  return {
    label: cut(`${cut(name, 40)}: ${plain(titleOf(media))}`, 100),
    value: id,
    description: words.outbox.list.states[violationState(violation)],
  }
}

/** As many whole lines as fit; the others are counted. */
function fitting(all: readonly string[], more: (count: number) => string): string {
  const whole = lines(...all)
  if (whole.length <= DESCRIPTION) return whole

  let taken = 0
  let length = 0
  for (const line of all) {
    if (length + line.length + 1 > DESCRIPTION - REST) break
    length += line.length + 1
    taken += 1
  }
  return lines(...all.slice(0, taken), more(all.length - taken))
}
