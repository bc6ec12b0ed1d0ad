import type { Core, MonitorStatus } from '../core/api.js'

/** Starts or stops the monitor, as the word says, and tells how it is then. */
export function turned(verb: string, core: Core, by: string): Promise<MonitorStatus> {
  if (verb === 'start') return core.startMonitor(by)
  if (verb === 'stop') return core.stopMonitor(by)
  return core.status()
}
