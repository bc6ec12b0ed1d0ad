/**
 * Waits in real time until the condition gives something truthy and returns it. Fails after the deadline with
 * the name of what was awaited.
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  deadlineMs = 20_000,
): Promise<NonNullable<T>> {
  const giveUpAt = Date.now() + deadlineMs

  for (;;) {
    const value = await condition()
    if (value) return value
    if (Date.now() > giveUpAt) throw new Error(`Waited ${deadlineMs} ms in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
