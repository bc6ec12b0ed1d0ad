import { Locale } from 'discord.js'
import type { DiscordWords } from '../core/messages/discord.js'
import { english } from '../core/messages/english.js'
import { german } from '../core/messages/german/index.js'

/** A language beside English, under the locale by which Discord knows it. */
export interface Translation {
  locale: Locale
  words: DiscordWords
}

/** Every language that is complete: one that lacks a text does not compile. */
export const otherLanguages: readonly Translation[] = [{ locale: Locale.German, words: german }]

/** The texts of every language. */
export const allWords: readonly DiscordWords[] = [
  english.discord,
  ...otherLanguages.map(({ words }) => words),
]

/** The same by the first part of Discord's locale ("en" of "en-GB"). */
const languages: ReadonlyMap<string, DiscordWords> = new Map(
  otherLanguages.map(({ locale, words }) => [firstPart(locale), words]),
)

/** The texts for a reader, by the locale that Discord tells of them; English where theirs is not there. */
export function wordsFor(locale: string | null | undefined): DiscordWords {
  return languages.get(firstPart(locale ?? '')) ?? english.discord
}

function firstPart(locale: string): string {
  return locale.split('-')[0] ?? ''
}
