import type { DiscordWords } from '../core/messages/discord.js'
import { english } from '../core/messages/english.js'

/** The languages that are complete, by the first part of Discord's locale ("en" of "en-GB"). */
const languages: Readonly<Record<string, DiscordWords>> = { en: english.discord }

/** The texts for a reader, by the locale that Discord tells of them; English where theirs is not there. */
export function wordsFor(locale: string | null | undefined): DiscordWords {
  const [language = ''] = (locale ?? '').split('-')
  return languages[language] ?? english.discord
}
