const ELLIPSIS = '…'

/** Fillers, which take room and show nothing, beside all that only formats. */
const invisible = /\p{Cf}|\u034F|\u115F|\u1160|\u17B4|\u17B5|\u3164|\uFFA0/gu

/** One harmless line: white space collapsed, what cannot be seen gone, half characters marked as such. */
export function plain(text: string): string {
  return text
    .replace(invisible, '')
    .replace(/\p{Cs}/gu, '\uFFFD')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
}

/**
 * A foreign text (title, user name, reason of Plex) that shows exactly as it is written: no markdown, mention,
 * link or time mark in it takes effect, because Discord honours a backslash before every punctuation mark.
 */
export function escaped(text: string, most = 200): string {
  // A name of which nothing is to be seen would leave empty marks behind.
  const visible = plain(text) || (text === '' ? '' : '?')
  return cut(visible.replace(/[!-/:-@[-`{-~]/g, '\\$&'), most)
}

/** Shortens to `most` UTF-16 units with an ellipsis, splitting neither a character nor an escape. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text

  const short = text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')
  const backslashes = /\\*$/.exec(short)?.[0].length ?? 0
  return (backslashes % 2 === 1 ? short.slice(0, -1) : short) + ELLIPSIS
}

/** An instant that every reader sees in their own time zone: `f` is date and time, `R` "in 3 hours". */
export function instant(at: number, style: 'f' | 'R' = 'f'): string {
  return `<t:${Math.floor(at / 1000)}:${style}>`
}

/** A length of time in seconds, as people say it. */
export function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`
}

/** How far into something, as players show it: `1:02:05`, `4:09`. */
export function duration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000))
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

/** A link that opens, without the preview that Discord would fetch. */
export function bareLink(url: string): string {
  return `<${url.replace(/[\s<>]/g, encodeURIComponent)}>`
}
