import { mkdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { OtpError } from '../core/errors.js'
import { keeping as words } from '../core/messages/keeping.js'
import { writeBackup } from '../store/backup.js'
import { storeExists, storePath } from '../store/file.js'
import { codeOf } from '../store/trouble.js'
import type { WithoutService } from './without-service.js'

export interface BackedUp {
  file: string
  /** Whether the configuration is in it. */
  config: boolean
}

/**
 * Writes store and configuration into one new file, while OTP runs or not. `target` is that file, or a folder to put it
 * into; the folder where OTP is started unless told. Throws `not_found` where there is no store, `conflict` where a file is.
 */
export async function backUp(
  { file, loaded, clock, version }: WithoutService,
  target = '.',
): Promise<BackedUp> {
  const { url } = loaded.config.store
  if (!(await storeExists(url))) throw new OtpError('not_found', words.nothingThere(storePath(url)))

  const madeAt = clock.now()
  const path = await pathFor(target, madeAt)
  const config = loaded.fileFound ? await readFile(file, 'utf8') : undefined
  await writeBackup(url, path, { madeAt, version, ...(config !== undefined && { config }) })
  return { file: path, config: config !== undefined }
}

/** As it can stand in the name of a file everywhere: `2026-11-27T20-00-00Z`. */
export function stampOf(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+/, '').replaceAll(':', '-')
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new OtpError('invalid_input', words.notWritten(path, codeOf(cause)), { cause })
  }
}

async function pathFor(target: string, at: number): Promise<string> {
  const path = resolve(target)
  // Whoever ends it like a folder means one.
  if (/[/\\]$/.test(target)) await makeFolder(path)
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false
  return isFolder ? join(path, `otp-${stampOf(at)}.backup`) : path
}
