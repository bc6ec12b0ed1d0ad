import type { DiscordWords } from '../core/messages/discord.js'
import type { AdminNotice } from '../core/telling/notices.js'
import { lines } from './message.js'
import { guestText, titleText } from './names.js'
import { instant } from './text.js'

const mostShown = 10

/** What the admins are told once after a restore: that OTP waits, and what waits. */
export function restoredWords(
  words: DiscordWords,
  { madeAt, passes }: Extract<AdminNotice, { kind: 'restored' }>,
): string {
  const { restored } = words
  const shown = passes.slice(0, mostShown)
  return lines(
    restored.told(madeAt === undefined ? '' : restored.of(instant(madeAt))),
    passes.length === 0 && restored.none(),
    ...shown.map(({ guest, media }) => restored.line(guestText(words, guest), titleText(media))),
    passes.length > shown.length && restored.more(passes.length - shown.length),
  )
}
