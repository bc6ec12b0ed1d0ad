import { createHook } from 'node:async_hooks'

/**
 * Counts what SQLite and the disk have been given to do and not answered yet. It runs on threads of its own, so
 * nothing in the event loop tells that one is still to come.
 */
export function watchStatements(): { open: () => number; stop: () => void } {
  const open = new Set<number>()
  const hook = createHook({
    init: (id, type) => {
      if (type.startsWith('sqlite3.') || type === 'FSREQPROMISE') open.add(id)
    },
    destroy: (id) => {
      open.delete(id)
    },
  }).enable()

  return { open: () => open.size, stop: () => void hook.disable() }
}
