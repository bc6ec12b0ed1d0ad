import type { Call } from '../../src/simulator/discord/rest.js'

/** What no message may hold, by what it is. Escapes are taken out first, as the reader's client does. */
const secrets: readonly (readonly [string, RegExp])[] = [
  ['a token of Plex', /X-Plex-Token|\btoken-of-|sim-access|sim-auth/i],
  ['a token of the bot', /simulated\.discord\.token|\b[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,}/],
  ['a key of the API', /the-key-of-the-|key-to-play|key-from-the|key-for-tests|Bearer /i],
  ['an e-mail address', /[\p{L}\p{N}_.+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}/u],
  [
    'an address on a network',
    /\b(?:\d{1,3}\.){3}\d{1,3}:\d+|\b127\.0\.0\.1\b|\blocalhost:\d+|plex\.direct|:32400\b/,
  ],
]

/** Links that a message may hold; escaped ones do not open. */
const places = /^https:\/\/(?:app\.plex\.tv|support\.plex\.tv|www\.plex\.tv|discord\.com)(?:\/|$)/

const CALLBACK_WITH_MESSAGE = new Set([4, 7])

/**
 * What is ill-mannered in a request to Discord: it shows what must stay secret, opens a way elsewhere, or could
 * notify somebody.
 */
export function badManners({ method, route, body }: Call, known: readonly string[] = []): string[] {
  if (method === 'GET' || body === undefined || route.endsWith('/commands')) return []

  const texts = textsOf(body)
  const found = texts.flatMap((text) => {
    const read = text.replace(/\\([!-/:-@[-`{-~])/g, '$1')
    const leaks = secrets.filter(([, looks]) => looks.test(read)).map(([what]) => what)
    const links = (text.match(/https?:\/\/[^\s<>)\]]+/g) ?? []).filter((it) => !places.test(it))
    const shown = known.filter((it) => it !== '' && read.includes(it)).map(() => 'something secret')
    return [...leaks, ...shown, ...links.map((it) => `a link to ${it}`)].map((it) => `${it} in ${text}`)
  })
  return [...found, ...(mayNotify(body, route) ? ['no allowed_mentions'] : [])].map(
    (it) => `${method} ${route}: ${it}`,
  )
}

/** Every message says that it notifies nobody: new ones, edits, and answers alike. */
function mayNotify(body: unknown, route: string): boolean {
  const message = messageOf(body, route)
  if (message === undefined) return false
  const { allowed_mentions: allowed } = message
  return (
    JSON.stringify(allowed ?? null).replace(/[\s[\]{}:",]|parse|users|roles|replied_user|false/g, '') !== ''
  )
}

function messageOf(body: unknown, route: string): Record<string, unknown> | undefined {
  if (!isRecord(body)) return undefined
  if (route.endsWith('/callback')) {
    const { type, data } = body
    return CALLBACK_WITH_MESSAGE.has(Number(type)) && isRecord(data) ? data : undefined
  }
  return /\/messages(?:\/|$)|^\/webhooks\//.test(route) ? body : undefined
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
