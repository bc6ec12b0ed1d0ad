import { wordsOf } from './words.js'

/** What somebody types to find a title. */
export interface TitleQuery {
  words: string[]
  /** "s02e03", "2x03" or "season 2": of which season or episode. */
  number?: { season: number; episode?: number }
  /** With a number: all of it as words, since "2x03" may be a title as well. */
  asWords?: string[]
}

/** No title needs more to be found, and a search must not take long whatever is typed. */
const longest = 200
const mostWords = 24

const numbers = [
  /\bs(\d{1,4})[\s.:,-]*e(\d{1,4})\b/i,
  /\bseason\s+(\d{1,4})[\s,:-]*(?:episode|ep|e)\.?\s*(\d{1,4})\b/i,
  /\b(\d{1,3})x(\d{1,4})\b/i,
  /\bs(\d{1,4})\b/i,
  /\bseason\s+(\d{1,4})\b/i,
]

/** Takes the season and the episode out of what was typed. */
export function readTitleQuery(typed: string): TitleQuery {
  const text = typed.slice(0, longest)
  for (const pattern of numbers) {
    const found = pattern.exec(text)
    if (!found) continue

    const [all, season, episode] = found
    return {
      words: wordsIn(text.replace(all, ' ')),
      number: { season: Number(season), ...(episode !== undefined && { episode: Number(episode) }) },
      asWords: wordsIn(text),
    }
  }
  return { words: wordsIn(text) }
}

function wordsIn(text: string): string[] {
  return wordsOf(text).slice(0, mostWords)
}
