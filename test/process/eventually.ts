const everyMs = 20
const usualDeadlineMs = 30_000

/**
 * Waits for what another process brings about, and fails with the name of what did not come. Looks less often
 * than `until`, and for longer: looking costs the processes that share the machine.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  deadlineMs = usualDeadlineMs,
): Promise<NonNullable<T>> {
  const giveUpAt = Date.now() + deadlineMs

  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > giveUpAt) throw new Error(`Waited ${deadlineMs} ms in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
