import { wordsOf } from './words.js'

/** What somebody types to find a title. */
export interface TitleQuery {
  words: string[]
  /** "s02e03", "2x03" or "season 2": of which season or episode. */
  number?: { season: number; episode?: number }
  /** With a number: all of it as words, since "2x03" may be a title as well. */
  asWords?: string[]
}

const numbers = [
  /\bs(\d{1,4})[\s.:,-]*e(\d{1,4})\b/i,
  /\bseason\s+(\d{1,4})[\s,:-]*(?:episode|ep|e)\.?\s*(\d{1,4})\b/i,
  /\b(\d{1,3})x(\d{1,4})\b/i,
  /\bs(\d{1,4})\b/i,
  /\bseason\s+(\d{1,4})\b/i,
]

/** Takes the season and the episode out of what was typed. */
export function readTitleQuery(text: string): TitleQuery {
  for (const pattern of numbers) {
    const found = pattern.exec(text)
    if (!found) continue

    const [all, season, episode] = found
    return {
      words: wordsOf(text.replace(all, ' ')),
      number: { season: Number(season), ...(episode !== undefined && { episode: Number(episode) }) },
      asWords: wordsOf(text),
    }
  }
  return { words: wordsOf(text) }
}
