import { ButtonStyle } from 'discord.js'
import type { MonitorStatus } from '../core/api.js'
import type { DiscordWords } from '../core/messages/discord.js'
import { english } from '../core/messages/english.js'
import type { PushHealth } from '../core/model.js'
import type { Reply } from './command.js'
import { button, buttonRow } from './components.js'
import { lines } from './message.js'
import { byText } from './names.js'
import { escaped, instant } from './text.js'

const GREEN = 0x3f9b5f
const RED = 0xd64545

/** What is being watched, and how. */
export function monitorStatus(words: DiscordWords, status: MonitorStatus): Reply {
  const { terminateSent, gone } = status.reaction
  const since = status.since
    ? words.replies.since(instant(status.since.at), byText(words, status.since.by))
    : ''

  const description = lines(
    status.running ? words.replies.monitorRuns(since) : words.replies.monitorStopped(since),
    status.restored && words.restored.status(status.restored.assignments),
    words.replies.guests(status.guests, status.openAssignments),
    words.replies.streams(status.streams.guests, status.streams.others),
    status.plex.ok ? words.replies.plexFine() : words.replies.plexDown(escaped(status.plex.reason ?? '')),
    push(words, status.push, status.plex.ok),
    status.account?.ok === false && words.replies.tokenDead(),
    status.discord?.reason !== undefined && words.replies.discordTrouble(escaped(status.discord.reason, 500)),
    status.lastPassAt !== undefined && words.replies.lastPass(instant(status.lastPassAt, 'R')),
    status.capabilities && words.replies.plexPass(status.capabilities.plexPass),
    status.capabilities?.plexPass && !status.capabilities.canTerminate && words.replies.cannotTerminate(),
    words.replies.ladder(status.ladder.join(', ')),
    words.replies.violations(status.violations),
    terminateSent && words.replies.told(terminateSent.count, english.watch.within(terminateSent)),
    gone && words.replies.gone(english.watch.within(gone)),
    // What Discord itself suffers from explains it already.
    status.messageTrouble !== undefined &&
      status.discord?.ok !== false &&
      words.outbox.messagesTrouble(status.messageTrouble),
    status.waitingMessages > 0 && words.replies.waitingMessages(status.waitingMessages),
  )
  const turn = status.running
    ? button('monitor', 'stop', words.cards.stop)
    : button('monitor', 'start', words.cards.start, ButtonStyle.Primary)
  const components = [buttonRow(turn, button('monitor', 'status', words.cards.refresh))]
  const color = status.running && status.plex.ok ? GREEN : RED
  return {
    kind: 'say',
    message: { embeds: [{ title: words.cards.monitor, description, color }], components },
  }
}

/** While Plex itself is away, that is the reason, and nothing stands in between. */
function push(words: DiscordWords, it: PushHealth, plexAnswers: boolean): string {
  switch (it.kind) {
    case 'off':
      return words.replies.pushOff()
    case 'up':
      return words.replies.listening(english.watch.ways[it.way], instant(it.sinceAt))
    case 'down':
      return lines(
        words.replies.notListening(instant(it.sinceAt), escaped(it.reason)),
        plexAnswers && words.replies.pushBlocked(),
      )
  }
}
