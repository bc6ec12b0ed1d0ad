import type { LoadedConfig } from '../config.js'
import type { Clock } from '../core/ports.js'
import type { Probed } from '../core/probed.js'
import { probe } from '../plex/probe.js'
import { clientIdentifier } from '../store/client-identifier.js'
import { storeExists } from '../store/file.js'
import { openStore } from '../store/open.js'

/** Asks the Plex of the configuration what its documents leave open, and changes nothing there. */
export async function probePlex(needs: {
  config: LoadedConfig['config']
  clock: Clock
  version: string
}): Promise<Probed[]> {
  const { config, clock, version } = needs
  const { plex, store } = config
  return probe({
    addresses: { server: plex.url, account: plex.accountUrl || 'https://plex.tv' },
    token: plex.token,
    clientIdentifier: await knownAs(store.url),
    version,
    clock,
  })
}

/** plex.tv knows this install by one name, where there is a store that keeps it. */
async function knownAs(url: string): Promise<string> {
  if (!(await storeExists(url))) return 'otp-terminal'
  const store = await openStore(url)
  try {
    return await clientIdentifier(store)
  } finally {
    await store.close()
  }
}
