import { createHook } from 'node:async_hooks'

/**
 * Counts the statements that SQLite has been given and not answered yet. They run on threads of their own, so
 * nothing in the event loop tells that one is still to come.
 */
export function watchStatements(): { open: () => number; stop: () => void } {
  const open = new Set<number>()
  const hook = createHook({
    init: (id, type) => {
      if (type.startsWith('sqlite3.')) open.add(id)
    },
    destroy: (id) => {
      open.delete(id)
    },
  }).enable()

  return { open: () => open.size, stop: () => void hook.disable() }
}
