import { Registry } from 'prom-client'
import type { MonitorStatus } from '../core/api.js'
import type { Meter } from '../core/ports.js'
import type { Answered } from '../util/answered.js'
import { createCoreMetrics } from './core-metrics.js'
import { addProcess } from './process-gauges.js'
import { type ApiAnswered, createRequestMetrics, type PlexSide } from './request-metrics.js'
import { addParts, addStatus, type Part } from './status-gauges.js'

/** Where the values of the moment come from; either may fail. */
export interface Readings {
  status(): Promise<MonitorStatus>
  /** Whether each part works; what is not used is left out. */
  parts(): Promise<Partial<Record<Part, boolean>>>
}

export interface Metrics {
  meter: Meter
  plexAnswered(side: PlexSide, answered: Answered): void
  discordAnswered(answered: Answered): void
  apiAnswered(answered: ApiAnswered): void
  /** The page that Prometheus reads. Values of the moment that cannot be had are left out. */
  page(readings: Readings): Promise<{ type: string; text: string }>
}

/** What is measured, for Prometheus. No label ever holds a name, an address or anything else that is secret. */
export function createMetrics(): Metrics {
  const counted = new Registry()
  const meter = createCoreMetrics(counted)

  return { meter, ...createRequestMetrics(counted), page }

  async function page({ status, parts }: Readings): Promise<{ type: string; text: string }> {
    const moment = new Registry()
    const [present, works] = await Promise.all([orNothing(status), orNothing(parts)])
    if (present) addStatus(moment, present)
    if (works) addParts(moment, works)
    addProcess(moment)

    const texts = [await counted.metrics(), await moment.metrics()]
    return { type: counted.contentType, text: texts.join('\n') }
  }
}

/** Its absence on the page tells that it failed; why it did is in the log, said by whoever else needs it. */
async function orNothing<T>(read: () => Promise<T>): Promise<T | undefined> {
  return read().catch(() => undefined)
}
