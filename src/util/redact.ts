/** Takes what must not be seen out of a text. */
export type Redactor = (text: string) => string

const hidden = '[hidden]'
const shortestSecret = 6

/**
 * What is told apart by its looks, each with what stays of it. Every part has a longest, so that no text takes long:
 * the log is written while streams are judged.
 */
const looks: readonly [RegExp, string][] = [
  // Addresses with a name and a password.
  [/(\b[a-z][a-z\d+.-]{0,20}:\/\/)[^\s/@]+@/gi, `$1${hidden}@`],
  // Plex: in addresses, headers, JSON and XML.
  [/(x-plex-token(?:["']?\s*[:=]\s*["']?|%3d))[^\s"'&<>,;)]+/gi, `$1${hidden}`],
  [/(token=["']?)[^\s"'&<>,;)]+/gi, `$1${hidden}`],
  [/((?:token|secret|password)"\s*:\s*")[^"]+/gi, `$1${hidden}`],
  // Credentials in headers have digits or signs; words after "Bot" seldom do.
  [/\b(Bot|Bearer|Basic)\s+(?=\S*[\d._~+/=-])[\w.~+/=-]{6,}/gi, `$1 ${hidden}`],
  // Discord: a bot token, and the tokens in the addresses of webhooks and interactions.
  [/\b[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,}/g, hidden],
  [/(\/(?:webhooks|interactions)\/\d+\/)[^\s/?#"']+/g, `$1${hidden}`],
  [/[\p{L}\p{N}_.+%-]{1,64}(?:@|%40)(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,63}/gu, hidden],
]

/** Each of the above needs a sign or one of these words: most of what is logged, names and ids, has neither. */
const couldBeOne = /[^\w -]|(?:bot|bearer|basic) /i

/**
 * Makes a redactor that hides the given secrets wherever they stand, and whatever looks like a token, a
 * credential or an e-mail address. Secrets under six characters are not looked for: they would blank out
 * ordinary words.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const values = secrets
    .filter((secret) => secret.length >= shortestSecret)
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .sort((a, b) => b.length - a.length)

  return (text) => {
    const withoutValues = values.reduce((rest, value) => rest.replaceAll(value, hidden), text)
    if (!couldBeOne.test(withoutValues)) return withoutValues
    return looks.reduce((rest, [look, stays]) => rest.replace(look, stays), withoutValues)
  }
}
