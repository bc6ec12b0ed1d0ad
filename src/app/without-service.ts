import { createPlexSettings } from '../config/plex-settings.js'
import type { LoadedConfig } from '../config.js'
import type { Clock, Store } from '../core/ports.js'
import { type Check, checkConnection } from '../core/sign-in/checks.js'
import { createServerChoice, type ServerChoice } from '../core/sign-in/server-choice.js'
import { createSignIn, type SignIn } from '../core/sign-in/sign-in.js'
import { connectPlex } from '../plex/connect.js'
import { createPlexSignIn } from '../plex/sign-in.js'
import { clientIdentifier } from '../store/client-identifier.js'
import { storeExists } from '../store/file.js'
import { openStore } from '../store/open.js'
import { createLogger } from '../util/log.js'

/** What Plex is told who looks without being the service: nothing is kept of it. */
const passerBy = 'otp-terminal'

export interface WithoutService {
  /** Where the configuration was read, and what was found there. */
  file: string
  loaded: LoadedConfig
  clock: Clock
  version: string
}

/** Signs in with the store and the configuration of a service that need not run. */
export async function withSignIn<T>(
  needs: WithoutService,
  work: (here: { signIn: SignIn; servers: ServerChoice; fixedUrl: string | undefined }) => Promise<T>,
): Promise<T> {
  const { clock, loaded } = needs
  const store = await openStore(loaded.config.store.url)
  try {
    const { plexSettings, plexSignIn, log } = await connect(needs, store)
    const isFixed = plexSettings.fixed('url') !== undefined
    const parts = { plexSignIn, plexSettings, store, clock, log }
    return await work({
      signIn: createSignIn({ ...parts, choosesServerNext: !isFixed }),
      servers: createServerChoice(parts),
      fixedUrl: isFixed ? plexSettings.value('url') : undefined,
    })
  } finally {
    await store.close()
  }
}

/** Tries every step of the way to Plex. Makes no store where there is none. */
export async function testConnection(needs: WithoutService): Promise<Check[]> {
  const { url } = needs.loaded.config.store
  const store = (await storeExists(url)) ? await openStore(url) : undefined
  try {
    return await checkConnection(await connect(needs, store))
  } finally {
    await store?.close()
  }
}

/** Both sides of Plex, by the configuration; `store` knows who asks, where there is one. */
export async function connect({ file, loaded, clock, version }: WithoutService, store: Store | undefined) {
  const { config, origins } = loaded
  const log = createLogger({ level: 'silent', format: 'json', secrets: [] })
  const plexSettings = createPlexSettings({ plex: config.plex, file, origins })
  const us = { clientIdentifier: store ? await clientIdentifier(store) : passerBy, version, clock }
  const { plexServer, plexAccount, plexTv } = connectPlex({
    ...us,
    url: () => plexSettings.value('url'),
    accountUrl: config.plex.accountUrl,
    token: () => plexSettings.value('token'),
  })
  const plexSignIn = createPlexSignIn({ ...us, plexTv, hide: log.hide })
  return { plexServer, plexAccount, plexSignIn, plexSettings, log }
}
