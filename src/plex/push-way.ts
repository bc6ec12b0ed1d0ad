import type { PlaybackReport } from '../core/model.js'
import type { ItemChange } from '../core/ports.js'

export interface PushTarget {
  /** Whole address, by http or https. */
  url: string
  /** The token among them. */
  headers: Record<string, string>
}

/** What becomes of a connection, for whoever watches over it. After it is over, nobody minds. */
export interface PushLine {
  /** It stands; `ping` asks for a sign of life where that is possible. */
  opened(ping: () => void): void
  /** Something came, whatever it was. */
  alive(): void
  heard(reports: readonly PlaybackReport[]): void
  changed(items: readonly ItemChange[]): void
  /** It was answered, with something else than a connection. */
  refused(status: number): void
  /** It could not be made, or was there and is no more. */
  broke(reason: string): void
}

/** One way to listen. Closes at once when told that it is over; what it throws is why it broke. */
export type PushOpener = (target: PushTarget, line: PushLine, over: AbortSignal) => void | Promise<void>
