/**
 * File systems take 255 bytes in a name, and a copy in the making has an ending more. The longest names that
 * the core makes are some 215; cutting those would make two of them the same.
 */
const longestBytes = 230

/** The name as every common file system takes it: one folder or file, never a path. */
export function safeName(name: string): string {
  const plain = trimmed(
    name
      .normalize('NFC')
      .replace(/[\p{Cc}\p{Surrogate}]/gu, ' ')
      .replace(/[/\\:*?"<>|]/g, ' ')
      .replace(/\s+/g, ' '),
  )
  const free = reserved.test(plain) ? `_${plain}` : plain
  return cut(free) || 'untitled'
}

/** Names of devices, which Windows takes for the device with any ending. */
const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)/i

/** Windows drops dots and spaces at the end; a dot at the beginning hides, and two of them are another folder. */
function trimmed(name: string): string {
  return name.replace(/^[. ]+|[. ]+$/g, '')
}

/** Without its ending a file would not be recognised, so the end of the name goes first. */
function cut(name: string): string {
  if (Buffer.byteLength(name) <= longestBytes) return name

  const ending = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? ''
  const room = longestBytes - ending.length
  let stem = ''
  for (const sign of name.slice(0, name.length - ending.length)) {
    if (Buffer.byteLength(stem + sign) > room) break
    stem += sign
  }
  return trimmed(stem) + ending
}
