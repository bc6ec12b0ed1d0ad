import { randomUUID } from 'node:crypto'
import type { Stats } from 'node:fs'
import { open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises'
import { OtpError } from '../core/errors.js'
import { signIn as words } from '../core/messages/sign-in.js'
import { withValue } from './toml-edit.js'

export interface KeyChanges {
  /** Path of `config.toml`. */
  file: string
  section: string
  /** By key. */
  values: Readonly<Record<string, string>>
}

/**
 * Changes values of one section in the configuration file and leaves every comment and every other line as it is. The file
 * changes whole or not at all and keeps its mode and owner. Throws `conflict` with a sentence where it cannot be
 * read, understood or written; no sentence repeats the value.
 */
export async function writeKeys({ file, section, values }: KeyChanges): Promise<void> {
  const name = `[${section}] ${Object.keys(values).join(', ')}`

  try {
    // A link stays a link: what it leads to is changed.
    const place = await realpath(file)
    const text = await readFile(place, 'utf8')
    const changed = Object.entries(values).reduce<string | undefined>(
      (before, [key, value]) => (before === undefined ? undefined : withValue(before, section, key, value)),
      text,
    )
    if (changed === undefined) throw new OtpError('conflict', words.configNotEditable(file, name))
    if (changed !== text) await replace(place, changed, await stat(place))
  } catch (cause) {
    if (cause instanceof OtpError) throw cause
    throw new OtpError('conflict', words.configNotWritten(file, name, codeOf(cause)), { cause })
  }
}

/** Puts a text in the place of a file, or where none is, for its owner only; the file changes whole or not at all. */
export function replaceFile(place: string, text: string): Promise<void> {
  return replace(place, text)
}

async function replace(place: string, text: string, old?: Stats): Promise<void> {
  const draft = `${place}.${randomUUID()}.new`

  try {
    await writeWhole(draft, 'wx', text, old)
    await rename(draft, place)
  } catch (error) {
    // A file that is mounted by itself, as into a container, cannot be replaced, only written over.
    if (!['EBUSY', 'EXDEV'].includes(codeOf(error))) throw error
    await writeWhole(place, 'r+', text)
  } finally {
    await unlink(draft).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error
    })
  }
}

/** Nobody else can read the draft, which holds tokens, before it has the mode that the file had. */
async function writeWhole(path: string, flags: 'wx' | 'r+', text: string, like?: Stats): Promise<void> {
  const file = await open(path, flags, 0o600)
  try {
    await file.truncate()
    await file.writeFile(text)
    if (like) await resemble(file, like)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function resemble(file: Awaited<ReturnType<typeof open>>, like: Stats): Promise<void> {
  const own = await file.stat()
  if (own.uid !== like.uid || own.gid !== like.gid) await file.chown(like.uid, like.gid)
  if ((own.mode & 0o777) !== (like.mode & 0o777)) await file.chmod(like.mode & 0o777)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}
