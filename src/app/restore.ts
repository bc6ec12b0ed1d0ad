import { randomUUID } from 'node:crypto'
import { chmod, copyFile, mkdir, mkdtemp, realpath, rename, rm, stat, unlink } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { describeProblem } from '../config/problems.js'
import { replaceFile } from '../config/write-key.js'
import { loadConfig } from '../config.js'
import { holdRestored, type Resumed, resumeRestored } from '../core/engine/restored.js'
import { OtpError } from '../core/errors.js'
import { keeping as words } from '../core/messages/keeping.js'
import type { Assignment } from '../core/model.js'
import {
  type BackupFacts,
  foldLog,
  holdsRecords,
  putWhereNothingIs,
  sync,
  takeFacts,
  unlessMissing,
} from '../store/backup.js'
import { damageIn } from '../store/check.js'
import { exists, freePath, storeExists, storePath } from '../store/file.js'
import { lockStore } from '../store/lock.js'
import { openStore } from '../store/open.js'
import { codeOf } from '../store/trouble.js'
import { stampOf } from './backup.js'
import type { WithoutService } from './without-service.js'

export interface RestoreResult {
  store: string
  /** The configuration file, where it was brought back too. */
  config?: string
  madeAt?: number
  /** Where that lies now which was there before. */
  kept: string[]
  /** Open passes of the backup, which wait. */
  assignments: Assignment[]
}

interface RestoreNeeds extends WithoutService {
  env: Readonly<Record<string, string | undefined>>
}

/** A backup that was looked through, in a copy, with the note in it that OTP has to wait. */
interface Staged {
  path: string
  facts: BackupFacts | undefined
  assignments: Assignment[]
}

/**
 * Puts a backup in the place of store and configuration, and keeps what was there. Only while no OTP runs on that store:
 * else it throws `conflict`. The backup is looked through before anything is touched. OTP then waits for `otp resume`.
 */
export async function restore(
  needs: RestoreNeeds,
  backup: string,
  { keepConfig }: { keepConfig: boolean },
): Promise<RestoreResult> {
  const { file, loaded, env, clock } = needs
  const source = await fileAt(backup)
  const work = await mkdtemp(join(tmpdir(), 'otp-restore-'))
  try {
    const staged = await stage(source, work, clock.now())
    const text = keepConfig ? undefined : staged.facts?.config
    const url = text === undefined ? loaded.config.store.url : await storeUrlIn({ file, text, env })
    const before = loaded.config.store.url
    const urls = new Set([url, ...((await storeExists(before)) ? [before] : [])])
    if ([...urls].some((one) => resolve(storePath(one)) === source)) {
      throw new OtpError('invalid_input', words.isTheStore(source))
    }

    return await alone(urls, clock.now(), async () => {
      const stamp = stampOf(clock.now())
      const store = await putStore(staged.path, storePath(url), stamp)
      const config = text === undefined ? undefined : await putConfig(file, text, stamp)
      return {
        store: store.path,
        ...(config && { config: file }),
        ...(staged.facts && { madeAt: staged.facts.madeAt }),
        kept: [...store.kept, ...(config?.kept ?? [])],
        assignments: staged.assignments,
      }
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Lets OTP go on after a restore, without a running service. */
export async function resumeHere({ loaded, clock }: WithoutService): Promise<Resumed> {
  const { url } = loaded.config.store
  if (!(await storeExists(url))) return { resumed: false, assignments: 0 }

  const store = await openStore(url)
  try {
    return await resumeRestored(store, { by: 'terminal', now: clock.now() })
  } finally {
    await store.close()
  }
}

async function fileAt(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) throw new OtpError('not_found', words.notAFile(path))
  return realpath(path)
}

/** Everything that can be wrong with a backup is found out on a copy of it. */
async function stage(source: string, work: string, at: number): Promise<Staged> {
  const path = join(work, 'store')
  try {
    await copyFile(source, path)
    await chmod(path, 0o600)
  } catch (cause) {
    throw new OtpError('invalid_input', words.notPut(path, codeOf(cause)), { cause })
  }

  await refuseUnfit(source, path)
  const facts = await takeFacts(path)
  const store = await openStore(`sqlite://${path}`).catch((error: unknown) => {
    throw meantOf(source, path, error)
  })
  try {
    return { path, facts, assignments: await holdRestored(store, { at, madeAt: facts?.madeAt }) }
  } finally {
    await store.close()
  }
}

/** Throws `invalid_input` for what is no backup, or a damaged one. */
async function refuseUnfit(source: string, copy: string): Promise<void> {
  try {
    const damage = await damageIn(copy, 'integrity_check')
    if (damage !== undefined) throw new OtpError('invalid_input', words.damaged(source, damage))
    if (!(await holdsRecords(copy))) throw new OtpError('invalid_input', words.noBackup(source))
  } catch (error) {
    const cause = error instanceof OtpError ? error.cause : undefined
    const code = codeOf(cause)
    if (code === 'SQLITE_NOTADB') throw new OtpError('invalid_input', words.noBackup(source), { cause })
    if (code === 'SQLITE_CORRUPT') throw new OtpError('invalid_input', words.damaged(source, code), { cause })
    throw meantOf(source, copy, error)
  }
}

/** What is said of the copy is meant of the backup. */
function meantOf(source: string, copy: string, error: unknown): unknown {
  if (!(error instanceof OtpError)) return error
  return new OtpError(error.code, error.message.replaceAll(copy, source), { cause: error })
}

async function storeUrlIn(source: { file: string; text: string; env: RestoreNeeds['env'] }): Promise<string> {
  const { config, problems } = await loadConfig(source)
  if (problems.length > 0) throw new OtpError('invalid_input', words.badConfig(problems.map(describeProblem)))
  return config.store.url
}

/** While no other OTP has one of these stores. */
async function alone<T>(urls: ReadonlySet<string>, now: number, work: () => Promise<T>): Promise<T> {
  const holder = { pid: process.pid, host: hostname(), since: new Date(now) }
  const locks = []
  try {
    for (const url of urls) locks.push(await lockStore(url, holder))
    return await work()
  } finally {
    for (const lock of locks) await lock.release()
  }
}

async function putStore(
  staged: string,
  wanted: string,
  stamp: string,
): Promise<{ path: string; kept: string[] }> {
  // A link stays a link: what it leads to is replaced.
  const path = (await exists(wanted)) ? await realpath(wanted) : resolve(wanted)
  const draft = `${path}.${randomUUID()}.new`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await copyFile(staged, draft)
    await chmod(draft, 0o600)
    await sync(draft)
    const kept = await keepStore(path, stamp)
    await rename(draft, path)
    return { path, kept }
  } catch (cause) {
    if (cause instanceof OtpError) throw cause
    throw new OtpError('store_unavailable', words.notPut(path, codeOf(cause)), { cause })
  } finally {
    await unlink(draft).catch(unlessMissing)
  }
}

/** No log of the old store may be left beside the new one, which would take it for its own. */
async function keepStore(path: string, stamp: string): Promise<string[]> {
  if (!(await exists(path))) return []

  const kept = await freePath(`${path}.before-restore-${stamp}`)
  await foldLog(path).catch((problem: unknown) => {
    // One that is damaged is kept with its log as it is: that is what it was restored for.
    if (!codeOf(problem).startsWith('SQLITE_')) throw problem
  })
  for (const ending of ['-wal', '-shm']) await rename(path + ending, kept + ending).catch(unlessMissing)
  await putWhereNothingIs(path, kept)
  return [kept]
}

async function putConfig(file: string, text: string, stamp: string): Promise<{ kept: string[] }> {
  try {
    const place = (await exists(file)) ? await realpath(file) : file
    const kept = await freePath(`${place}.before-restore-${stamp}`)
    const wasThere = await exists(place)
    if (wasThere) {
      await copyFile(place, kept)
      await chmod(kept, 0o600)
    }
    await replaceFile(place, text)
    return { kept: wasThere ? [kept] : [] }
  } catch (cause) {
    if (cause instanceof OtpError) throw cause
    throw new OtpError('conflict', words.notPut(file, codeOf(cause)), { cause })
  }
}
