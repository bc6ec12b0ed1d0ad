import type { MonitorStatus } from '../core/api.js'
import type { DiscordWords } from '../core/messages/discord.js'
import { english } from '../core/messages/english.js'
import type { PushHealth } from '../core/model.js'
import { type Reply, say } from './command.js'
import { lines } from './message.js'
import { byText } from './names.js'
import { escaped, instant } from './text.js'

/** What is being watched, and how. */
export function monitorStatus(words: DiscordWords, status: MonitorStatus): Reply {
  const { terminateSent, gone } = status.reaction
  const since = status.since
    ? words.replies.since(instant(status.since.at), byText(words, status.since.by))
    : ''

  return say(
    status.running ? words.replies.monitorRuns(since) : words.replies.monitorStopped(since),
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
    status.waitingMessages > 0 && words.replies.waitingMessages(status.waitingMessages),
  )
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
