import { titleOf } from '../../core/titles.js'
import type { Remote } from '../remote.js'
import { shortId } from '../short-ids.js'
import { printable } from '../table.js'
import type { Kind } from './tree.js'

const mostViolations = 50

/**
 * What can stand where somebody has typed these words, the last of which is unfinished; several of them are one
 * name. Each answer stands for the last word.
 */
export async function suggest(kind: Kind, typed: readonly string[], remote: Remote): Promise<string[]> {
  const text = typed.join(' ')
  const before = [...typed.slice(0, -1), ''].join(' ').length
  const names = [...new Set((await namesOf(kind, text, remote)).map(printable))]
  const fitting = names.filter((name) => name.toLowerCase().startsWith(text.toLowerCase()))

  // A title that was found in another way than by its beginning takes the place of what was typed, when it is alone.
  const found =
    fitting.length === 0 && kind === 'media' && names.length === 1 && before === 0 ? names : fitting
  return found.map((name) => name.slice(before))
}

async function namesOf(kind: Kind, text: string, remote: Remote): Promise<string[]> {
  switch (kind) {
    case 'guest':
      return (await remote.watched()).map((one) => one.username)
    case 'person': {
      // The guests are OTP's own knowledge, so they are there also while plex.tv is away.
      const [guests, friends] = await Promise.all([remote.watched(), remote.friends().catch(() => [])])
      return [...guests, ...friends.filter((one) => !one.home)].map((one) => one.username)
    }
    case 'media':
      return text.trim() === '' ? [] : (await remote.search(text)).map(titleOf)
    case 'session':
      return (await remote.sessions()).flatMap(({ id, guest }) => [guest.username, shortId(id)])
    case 'violation': {
      const { items } = await remote.violations({ limit: mostViolations })
      return items.filter((one) => !one.resolution).map((one) => shortId(one.id))
    }
    case 'library':
      return (await remote.libraries()).map((one) => one.title)
    case 'library-key':
      return (await remote.libraries()).map((one) => one.key)
    case 'key':
      return (await remote.keys()).map((one) => one.name)
  }
}
