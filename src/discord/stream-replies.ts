import type { APIEmbedField } from 'discord.js'
import type { Core, GuestSession } from '../core/api.js'
import type { DiscordWords } from '../core/messages/discord.js'
import { titleOf } from '../core/titles.js'
import type { Reply } from './command.js'
import { button, buttonRow } from './components.js'
import { lines, type MessageRow } from './message.js'
import { guestText, titleText } from './names.js'
import { duration, plain } from './text.js'
import { playerText } from './violation-card.js'

/** One row is left for the button that looks again. */
const mostShown = 20
const inARow = 5

/** The streams of guests as last read, each with a button that ends it; of other people only the number. */
export async function streamsNow(words: DiscordWords, core: Core): Promise<Reply> {
  const [streams, { streams: counts }] = await Promise.all([core.sessions(), core.status()])
  const { others } = counts
  const shown = streams.slice(0, mostShown)
  const description = lines(
    streams.length === 0 && words.cards.noStreams(),
    others > 0 && words.cards.others(others),
  )
  const refresh = buttonRow(button('now', 'again', words.cards.refresh))

  return {
    kind: 'say',
    message: {
      embeds: [
        {
          title: words.cards.streamsNow,
          ...(description !== '' && { description }),
          fields: shown.map((one) => streamField(words, one)),
        },
      ],
      components: [...endButtons(words, shown), refresh],
    },
  }
}

function streamField(words: DiscordWords, { guest, session, verdict }: GuestSession): APIEmbedField {
  const title = session.item ? titleText(session.item) : words.cards.unknownTitle
  const { states, verdicts } = words.cards
  return {
    name: guestText(words, guest),
    value: lines(
      words.cards.stream(
        title,
        playerText(words, session.player),
        states[session.state],
        duration(session.offsetMs),
      ),
      verdicts[verdict],
    ),
  }
}

function endButtons(words: DiscordWords, streams: readonly GuestSession[]): MessageRow[] {
  const rows: MessageRow[] = []
  for (let from = 0; from < streams.length; from += inARow) {
    const some = streams.slice(from, from + inARow)
    rows.push(buttonRow(...some.map((one) => button('end', one.id, words.cards.end(nameOf(words, one))))))
  }
  return rows
}

/** Nothing is rendered in the label of a button, so nothing is escaped. */
function nameOf(words: DiscordWords, { session }: GuestSession): string {
  return session.item ? plain(titleOf(session.item)) : words.cards.unknownTitle
}
