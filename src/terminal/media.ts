import { OtpError } from '../core/errors.js'
import { terminal as words } from '../core/messages/terminal.js'
import { orders } from '../core/messages/terminal-orders.js'
import { isGuess, isTitled, meantBy, titleOf } from '../core/titles.js'
import type { WireMedia } from '../wire/shapes.js'
import { pick } from './asking.js'
import type { Remote } from './remote.js'
import type { Show } from './screen.js'

const maxCandidates = 20

/**
 * The rating key of what is meant: digits are one; words must find one item, by their exact title or alone. Whoever
 * sits at a terminal picks one of several, also where digits could be a title as well. Throws `media_not_found`, and
 * `ambiguous` with the list where nobody can be asked.
 */
export async function ratingKeyOf(text: string, remote: Remote, show: Show): Promise<string> {
  const words = text.trim()
  const [, sign = '', digits] = /^(rk:)?(\d+)$/.exec(words) ?? []
  if (digits === undefined) return byWords(words, remote, show)
  return sign === '' && show.canAsk ? keyOrTitle(digits, remote, show) : digits
}

async function byWords(text: string, remote: Remote, show: Show): Promise<string> {
  const matches = meantBy(text, await show.waiting(orders.waiting.search(text), remote.search(text)))
  const [first, second] = matches

  if (!first) throw new OtpError('media_not_found', words.noMedia(text))
  const isNear = isGuess(text, matches)
  if (!second && !isNear) return first.ratingKey

  const heading = isNear ? orders.nearMedia(text) : words.severalMedia(text)
  return oneOf(matches, heading, show)
}

/** "300" is a film and may be a rating key. */
async function keyOrTitle(digits: string, remote: Remote, show: Show): Promise<string> {
  const [there, found] = await show.waiting(
    orders.waiting.search(digits),
    Promise.all([itemOf(digits, remote), remote.search(digits)]),
  )
  const titled = found.filter((one) => isTitled(one, digits) && one.ratingKey !== digits)
  if (titled.length === 0) return digits

  const items = there ? [there, ...titled] : titled
  const [only, another] = items
  return only && !another ? only.ratingKey : oneOf(items, orders.keyOrTitle(digits), show)
}

async function itemOf(ratingKey: string, remote: Remote): Promise<WireMedia | undefined> {
  try {
    return await remote.media(ratingKey)
  } catch (error) {
    if (error instanceof OtpError && error.code === 'media_not_found') return undefined
    throw error
  }
}

async function oneOf(items: readonly WireMedia[], heading: string, show: Show): Promise<string> {
  const shown = items.slice(0, maxCandidates)
  const options = shown.map((one) => ({
    value: one.ratingKey,
    label: orders.ofKey(titleOf(one), one.ratingKey),
  }))
  const picked = await pick(show, { heading, options })
  if (picked !== undefined) return picked

  const lines = shown.map((one) => `${one.ratingKey}  ${titleOf(one)}`)
  throw new OtpError('ambiguous', [heading, ...lines].join('\n'))
}
