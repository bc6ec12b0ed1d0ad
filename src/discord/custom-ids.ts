/** What a pressed button or a picked entry says of itself. */
export interface Pressable {
  action: string
  /** Names a record or a question; never anything secret. */
  id: string
}

const VERSION = 'otp1'

export function customId(action: string, id: string): string {
  return `${VERSION}:${action}:${id}`
}

/** Undefined for what this version did not make. */
export function readCustomId(text: string): Pressable | undefined {
  const [version, action, ...rest] = text.split(':')
  if (version !== VERSION || !action || rest.length === 0) return undefined
  return { action, id: rest.join(':') }
}
