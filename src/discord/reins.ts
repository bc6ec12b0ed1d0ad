import { SimpleShardingStrategy, type WebSocketOptions } from 'discord.js'
import type { Clock } from '../core/ports.js'
import type { IdentifyBudget } from './identify-budget.js'
import { isLoopback } from './loopback.js'

export type Reins = ReturnType<typeof createReins>

/**
 * What holds a client back. discord.js reconnects for ever, also after it has been destroyed while it was
 * about to; a dropped client is left waiting at the two points that every connection passes.
 */
export function createReins({
  clock,
  budget,
  fenced,
}: {
  clock: Clock
  budget: IdentifyBudget
  fenced: boolean
}) {
  const over = new AbortController()
  let settle: (reason: string) => void = () => undefined
  const dropped = new Promise<string>((resolve) => {
    settle = resolve
  })

  return { drop, dropped, signal: over.signal, mayConnect, waitForIdentify, options: options() }

  /** Gives the client up; only the first reason counts. */
  function drop(reason: string): void {
    if (over.signal.aborted) return
    over.abort()
    settle(reason)
  }

  function options(): Partial<WebSocketOptions> {
    return {
      buildIdentifyThrottler: () => ({ waitForIdentify }),
      buildStrategy: (manager) => {
        const retrieve = manager.options.retrieveSessionInfo

        manager.options.retrieveSessionInfo = async (shardId) => {
          await mayConnect()
          const session = await retrieve(shardId)
          await mayConnect(session?.resumeURL ?? (await manager.fetchGatewayInformation()).url)
          return session
        }
        return new SimpleShardingStrategy(manager)
      },
    }
  }

  /** Never comes back when the client has been dropped, or would have to be for this address. */
  async function mayConnect(url?: string): Promise<void> {
    if (over.signal.aborted) return forEver()
    if (url === undefined || !fenced || isLoopback(url)) return

    drop('the gateway is on another machine, but [discord] api_url on this one')
    return forEver()
  }

  async function waitForIdentify(_shardId: number, signal: AbortSignal): Promise<void> {
    if (budget.apartMs() > 0) await clock.sleep(budget.apartMs(), signal)
    if (over.signal.aborted) return forEver()
    if (signal.aborted) throw new Error('The connection closed before its turn to identify came')
    if (budget.spend()) return

    drop('too many logins within the hour')
    return forEver()
  }
}

function forEver(): Promise<never> {
  return new Promise(() => undefined)
}
