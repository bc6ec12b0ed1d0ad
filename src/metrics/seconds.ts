/** Prometheus counts time in seconds. A clock that was set back must not take anything off a sum. */
export function inSeconds(ms: number): number {
  return Math.max(0, ms) / 1_000
}
