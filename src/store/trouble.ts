import { OtpError } from '../core/errors.js'
import { store as words } from '../core/messages/store.js'

/** The refusal for what SQLite or the file system has said, in a sentence that tells what to do. */
export function storeTrouble(cause: unknown, path: string): OtpError {
  if (cause instanceof OtpError) return cause

  const reason = cause instanceof Error ? cause.message : 'no reason was given'
  const sentence = sentences[codeOf(cause)]?.(path, reason.replace(/^SQLITE_\w+: /, ''))
  return new OtpError('store_unavailable', sentence ?? words.failed(reason), { cause })
}

const sentences: Readonly<Record<string, (path: string, reason: string) => string>> = {
  SQLITE_CORRUPT: words.damaged,
  SQLITE_NOTADB: words.noDatabase,
  SQLITE_READONLY: words.readOnly,
  EROFS: words.readOnly,
  SQLITE_FULL: words.full,
  ENOSPC: words.full,
  EDQUOT: words.full,
  SQLITE_PERM: words.forbidden,
  EACCES: words.forbidden,
  EPERM: words.forbidden,
  SQLITE_BUSY: words.busy,
  SQLITE_LOCKED: words.busy,
}

/** The system's or SQLite's code, such as ENOSPC or SQLITE_FULL; empty where there is none. */
export function codeOf(problem: unknown): string {
  return problem instanceof Error && 'code' in problem ? String(problem.code) : ''
}
