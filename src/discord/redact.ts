/** Takes everything out of a text that would let its reader act as the bot. */
export function redact(text: string, token: string): string {
  const known = token === '' ? text : text.replaceAll(token, '[token]')

  return known
    .replace(/((?:interactions|webhooks)\/\d+\/)[^/?\s]+/g, '$1[token]')
    .replace(/[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/g, '[token]')
    .replace(/[\w.+-]+@[\w-]+\.[\w.]+/g, '[e-mail]')
}

/** An error in few words that are safe to log and to show in the health report. */
export function reasonOf(error: unknown, token: string): string {
  if (!(error instanceof Error)) return 'unknown reason'
  return redact(error.message || error.name, token).slice(0, 300)
}
