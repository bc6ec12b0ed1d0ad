import type { DiscordWords } from '../core/messages/discord.js'
import { english } from '../core/messages/english.js'
import { otherLanguages, type Translation } from './languages.js'

type Json = Record<string, unknown>

/**
 * A command as it is registered: each description and each choice with what it is in the other languages. Texts are
 * found by what they are in English, so that a command only has to take its own from the catalogue.
 */
export function localised<T extends object>(
  command: T,
  languages: readonly Translation[] = otherLanguages,
): T {
  const translations = languages.map(({ locale, words }) => ({ locale, texts: textsOf(words) }))
  return translated(command)

  function translated<V>(value: V): V
  function translated(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((it: unknown) => translated(it))
    if (!isJson(value)) return value

    const whole = Object.fromEntries(Object.entries(value).map(([key, it]) => [key, translated(it)]))
    if (typeof value.description === 'string') {
      return { ...whole, ...beside('description_localizations', value.description) }
    }
    if ('value' in value && typeof value.name === 'string') {
      return { ...whole, ...beside('name_localizations', value.name) }
    }
    return whole
  }

  function beside(key: string, text: string): Json {
    const found = translations.flatMap(({ locale, texts }) => {
      const theirs = texts.get(text)
      return theirs === undefined ? [] : [[locale, theirs] as const]
    })
    return found.length === 0 ? {} : { [key]: Object.fromEntries(found) }
  }
}

/** Every plain text of the catalogue, by what it is in English. */
function textsOf(words: DiscordWords): Map<string, string> {
  const texts = new Map<string, string>()
  gather(english.discord, words)
  return texts

  function gather(ours: unknown, theirs: unknown): void {
    if (typeof ours === 'string' && typeof theirs === 'string' && !texts.has(ours)) texts.set(ours, theirs)
    if (!isJson(ours) || !isJson(theirs)) return
    for (const [key, text] of Object.entries(ours)) gather(text, theirs[key])
  }
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
