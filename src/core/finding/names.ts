import { compareWords, isSameText, nearness, wordsOf } from './words.js'

/** Those whose name has what was typed in it, the nearest first; everybody, in order, when nothing was typed. */
export function namedLike<T>(all: readonly T[], typed: string, nameOf: (one: T) => string): T[] {
  const words = wordsOf(typed)
  if (words.length === 0) return [...all]

  return all
    .map((one) => ({ one, score: likeness(words, typed, nameOf(one)) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ one }) => one)
}

/** 0 when a word is not there in any form. */
function likeness(words: readonly string[], typed: string, name: string): number {
  if (isSameText(typed, name)) return 100

  const theirs = wordsOf(name)
  const whole = theirs.join('')
  const each = words.map((word) => Math.max(...[...theirs, whole].map((one) => compareWords(word, one))))
  const begins = whole.startsWith(words.join('')) ? 20 : 0
  if (each.every((one) => one > nearness.none)) return begins + Math.min(...each) * 3
  return begins + (whole.includes(words.join('')) ? 2 : 0)
}
