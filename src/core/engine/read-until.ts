import type { Clock } from '../ports.js'

/**
 * Reads until it is right, after each of these waits; answers what was read last. Plex shows a change late at
 * times, so that one look does not tell.
 */
export async function readUntil<T>(
  clock: Pick<Clock, 'sleep'>,
  waitsMs: readonly [number, ...number[]],
  read: () => Promise<T>,
  isRight: (value: T) => boolean,
): Promise<T> {
  const [firstMs, ...laterMs] = waitsMs
  if (firstMs > 0) await clock.sleep(firstMs)

  let value = await read()
  for (const waitMs of laterMs) {
    if (isRight(value)) return value
    await clock.sleep(waitMs)
    value = await read()
  }
  return value
}
