const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** What Unicode calls wide or full-width: two columns of a terminal. */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]/u
/** Pictures, also those that a sign behind them makes one of. */
const picture = /^\p{Emoji_Presentation}|^\p{Emoji}\ufe0f/u
const nothing = /^[\p{Mn}\p{Me}\p{Cf}]+$/u

/** How many columns of a terminal the text takes. */
export function widthOf(text: string): number {
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += widthOfOne(segment)
  return width
}

/** The text in at most so many columns, with an ellipsis where something was cut off. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  if (width < 1) return ''

  let kept = ''
  let taken = 0
  for (const { segment } of graphemes.segment(text)) {
    const more = widthOfOne(segment)
    if (taken + more > width - 1) break
    kept += segment
    taken += more
  }
  return `${kept}…`
}

function widthOfOne(grapheme: string): number {
  if (nothing.test(grapheme)) return 0
  return wide.test(grapheme) || picture.test(grapheme) ? 2 : 1
}
