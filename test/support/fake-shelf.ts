import { OtpError } from '../../src/core/errors.js'
import type { PrivateFile } from '../../src/core/model.js'
import type { PrivateShelf } from '../../src/core/ports.js'

/** Folders for private libraries, in memory. `fail` makes the next calls throw. */
export function createFakeShelf(root: string | undefined) {
  const files = new Set<string>()
  const faults: { call: 'stock' | 'clear'; error: OtpError; after: boolean }[] = []

  const port: PrivateShelf = { root, open: async () => {}, pathOf, stock, clear }
  return {
    port,
    files: () => [...files].sort(),
    fail: (call: 'stock' | 'clear', error: OtpError, { after = false } = {}) => {
      faults.push({ call, error, after })
    },
  }

  function pathOf(...names: readonly string[]): string {
    return [root ?? '/nowhere', ...names.map((one) => one.replaceAll('/', '_'))].join('/')
  }

  async function stock(
    wanted: readonly PrivateFile[],
    onProgress: (doneBytes: number, totalBytes: number) => void,
  ): Promise<void> {
    if (root === undefined) throw new OtpError('fence_unavailable', 'There is no root for private libraries.')
    const fault = next('stock')
    if (fault && !fault.after) throw fault.error

    const total = wanted.reduce((sum, one) => sum + one.sizeBytes, 0)
    for (const { path } of wanted) files.add(path)
    onProgress(total, total)
    if (fault) throw fault.error
  }

  async function clear(folder: string, wanted: readonly PrivateFile[]): Promise<void> {
    const fault = next('clear')
    if (fault && !fault.after) throw fault.error

    for (const { path } of wanted) if (path.startsWith(`${folder}/`)) files.delete(path)
    if (fault) throw fault.error
  }

  function next(call: 'stock' | 'clear') {
    const at = faults.findIndex((one) => one.call === call)
    return at < 0 ? undefined : faults.splice(at, 1)[0]
  }
}
