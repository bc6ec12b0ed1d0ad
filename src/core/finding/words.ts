const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
}

/** How a typed word stands to a word that is there, from worst to best. */
export const nearness = { none: 0, typo: 1, start: 2, same: 3 } as const
export type Nearness = (typeof nearness)[keyof typeof nearness]

/** The words of a text as they are compared: lower case, without accents and punctuation. */
export function wordsOf(text: string): string[] {
  return split(folded(text))
}

/** Other ways to write words that are joined by a sign: "spiderman" for "Spider-Man", "swat" for "S.W.A.T.". */
export function joinedWordsOf(text: string): string[] {
  const joined = folded(text).match(/[\p{L}\p{N}]+(?:[-.·][\p{L}\p{N}]+)+/gu) ?? []
  return joined.map((one) => one.replace(/[-.·]/g, ''))
}

/** Whether two texts are the same but for case, accents and punctuation. */
export function isSameText(one: string, other: string): boolean {
  const words = wordsOf(one)
  // Of a title that is all punctuation nothing is left to compare.
  return words.length > 0
    ? words.join(' ') === wordsOf(other).join(' ')
    : one.trim().toLowerCase() === other.trim().toLowerCase()
}

/** Compares a word that may be unfinished or mistyped with one that is there. Both as `wordsOf` gives them. */
export function compareWords(typed: string, word: string, typos = true): Nearness {
  if (word.startsWith(typed)) return typed.length === word.length ? nearness.same : nearness.start
  return typos && isMistyped(typed, word) ? nearness.typo : nearness.none
}

/** How many letters of a word may be wrong: none in a short one, where everything is near everything. */
export function typosIn(typed: string): number {
  if (typed.length < 4 || /^\d+$/.test(typed)) return 0
  return typed.length < 8 ? 1 : 2
}

function isMistyped(typed: string, word: string): boolean {
  const most = typosIn(typed)
  if (most === 0 || word.length < typed.length - most) return false
  // The first letter is seldom wrong, and a wrong one makes too much look alike while the word is unfinished.
  const isWhole = typed[0] !== word[0]
  return (!isWhole || typed.length >= 5) && distance(typed, word, isWhole) <= most
}

/**
 * How many letters must be put in, left out, exchanged or swapped with their neighbour to make one word of the
 * other or, unless it is to be whole, a beginning of the other.
 */
function distance(typed: string, word: string, isWhole: boolean): number {
  const width = Math.min(word.length, typed.length + 3)
  let before: number[] = []
  let row = Array.from({ length: width + 1 }, (_, at) => at)

  for (let i = 1; i <= typed.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= width; j += 1) {
      const isSame = typed[i - 1] === word[j - 1]
      let best = Math.min(value(row, j) + 1, value(next, j - 1) + 1, value(row, j - 1) + (isSame ? 0 : 1))
      const isSwapped = i > 1 && j > 1 && typed[i - 1] === word[j - 2] && typed[i - 2] === word[j - 1]
      if (isSwapped) best = Math.min(best, value(before, j - 2) + 1)
      next.push(best)
    }
    before = row
    row = next
  }
  return isWhole ? value(row, width) + (word.length - width) : Math.min(...row)
}

function value(row: readonly number[], at: number): number {
  return row[at] ?? Number.POSITIVE_INFINITY
}

const plainText = /^[\x20-\x7e]*$/

function folded(text: string): string {
  const bare = plainText.test(text) ? text : text.normalize('NFKD').replace(/\p{M}/gu, '')
  return bare
    .toLowerCase()
    .replace(/[ßæœøłđðþı]/g, (letter) => letters[letter] ?? letter)
    .replace(/['’`´]/g, '')
    .replace(/&/g, ' and ')
}

function split(text: string): string[] {
  return text.split(/[^\p{L}\p{N}]+/u).filter((one) => one !== '')
}
