import { randomUUID } from 'node:crypto'
import { constants, copyFile, link, open, stat, unlink } from 'node:fs/promises'
import { OtpError } from '../core/errors.js'
import { type Field, fields, webhookFields } from './schema.js'

const heading = `# The configuration of One Time Plex Reloaded. Every key is here with its initial value.
# Lengths of time are written like 30s, 10m, 36h or 2d12h. Any key can also be given in the
# environment, as OTP_<SECTION>_<KEY>, which goes before this file; only [[webhooks]] stand nowhere else.
`

const webhooksHeading = `
# As many of these tables as there are places to tell of events.
# [[webhooks]]
`

/** The text of a fresh `config.toml`: every key with what it means, and the initial values. */
export function defaultConfigText(apiKey = ''): string {
  let section = ''
  let text = heading

  for (const field of fields.values()) {
    if (field.section !== section) text += `\n[${field.section}]\n`
    section = field.section

    const isApiKey = field.section === 'api' && field.name === 'key'
    text += `# ${field.note.meaning.replaceAll('\n', '\n# ')}\n`
    text += lineOf(field, isApiKey ? apiKey : field.note.initial)
  }

  text += webhooksHeading
  for (const field of webhookFields.values()) {
    text += `# ${lineOf(field, field.note.initial ?? '').trimEnd()}  # ${field.note.meaning}\n`
  }
  return text
}

/**
 * Writes a fresh configuration that only its owner can read. It appears whole or not at all, and never in the
 * place of another: then it throws `conflict`.
 */
export async function writeDefaultConfig(path: string, { apiKey }: { apiKey: string }): Promise<void> {
  const draft = `${path}.${randomUUID()}.new`

  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(defaultConfigText(apiKey))
      await file.sync()
    } finally {
      await file.close()
    }
    await putInPlace(draft, path)
  } catch (cause) {
    throw translated(path, cause)
  } finally {
    await unlink(draft).catch(() => {})
  }
}

/** A sentence of warning when others on the machine can read the file, which holds tokens. */
export async function restrictedFileMode(path: string): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined

  const found = await stat(path).catch(() => undefined)
  if (!found || (found.mode & 0o077) === 0) return undefined

  const mode = (found.mode & 0o777).toString(8).padStart(4, '0')
  return `${path} can be read by others on this machine (mode ${mode}). It holds tokens: chmod 600 ${path}`
}

/** A link, unlike a rename, does not replace what is there; some file systems have none. */
async function putInPlace(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path)
  } catch (error) {
    if (isCode(error, 'EEXIST')) throw error
    await copyFile(draft, path, constants.COPYFILE_EXCL)
  }
}

function lineOf({ name }: Field, value: Field['note']['initial']): string {
  const text = Array.isArray(value)
    ? `[${value.map((one) => JSON.stringify(one)).join(', ')}]`
    : JSON.stringify(value)
  return `${name} = ${text}\n`
}

function translated(path: string, cause: unknown): OtpError {
  if (isCode(cause, 'EEXIST')) {
    return new OtpError('conflict', `There is a file at ${path} already. It was left as it is.`, { cause })
  }
  return new OtpError(
    'invalid_input',
    `The configuration cannot be written to ${path}. Look at the folder.`,
    { cause },
  )
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
