import { userInfo } from 'node:os'
import { OtpError } from '../core/errors.js'
import { fileRefusals } from '../core/messages/files.js'
import { codeOf } from './disk.js'

export type Doing = 'reading' | 'making' | 'removing'

/** Does the work on a path and turns the system's failure into a sentence that names path and user. */
export async function on<T>(doing: Doing, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (problem) {
    throw troubleWith(doing, path, problem)
  }
}

/** What to throw for a failure; what is no failure of the system is a bug and stays as it is. */
export function troubleWith(doing: Doing, path: string, problem: unknown): unknown {
  const code = codeOf(problem)
  if (code === undefined) return problem
  return new OtpError('fence_unavailable', sentence[doing](path, whoRuns(), code), { cause: problem })
}

export function unavailable(message: string): OtpError {
  return new OtpError('fence_unavailable', message)
}

const sentence: Record<Doing, (path: string, user: string, code: string) => string> = {
  reading: (path, user, code) => {
    if (code === 'ENOENT' || code === 'ENOTDIR') return fileRefusals.sourceMissing(path, user)
    if (code === 'EACCES' || code === 'EPERM') return fileRefusals.sourceForbidden(path, user)
    return fileRefusals.failed(path, user, code)
  },
  making: (path, user, code) => {
    if (code === 'ENOSPC' || code === 'EDQUOT') return fileRefusals.full(path, user)
    if (code === 'EACCES' || code === 'EPERM') return fileRefusals.forbidden(path, user)
    if (code === 'EROFS') return fileRefusals.readOnly(path, user)
    return fileRefusals.failed(path, user, code)
  },
  removing: fileRefusals.notRemoved,
}

/** Who the program runs as, as the owner of the machine would look it up. */
export function whoRuns(): string {
  const uid = process.getuid?.()
  if (uid === undefined) return `the user ${userInfo().username}`
  const name = nameOfUser()
  return name === undefined ? `the user with uid ${uid}` : `the user ${name} (uid ${uid})`
}

/** In a container the uid often has no name, which the system reports as a failure. */
function nameOfUser(): string | undefined {
  try {
    return userInfo().username
  } catch (problem) {
    if (codeOf(problem) === undefined) throw problem
    return undefined
  }
}
