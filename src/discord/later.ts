import type { DiscordSide } from './side.js'

/** What there is of Discord before its library is loaded, or when that has failed. */
function withoutLibrary(reason: string): DiscordSide {
  return {
    notifier: { deliver: async () => ({ kind: 'later', reason }) },
    health: () => ({ ok: false, reason }),
    serve: () => async () => {},
  }
}

/**
 * Discord, loaded only when `when` is over: its library is large, and running streams are judged first. Until then
 * messages wait. When OTP stops before, nothing is loaded any more.
 */
export function discordLater(
  load: () => Promise<DiscordSide>,
  { when, signal }: { when: Promise<void>; signal: AbortSignal },
): DiscordSide {
  let side = withoutLibrary('not started')
  const loading = when.then(loadNow)

  return {
    notifier: {
      deliver: async (message) => (await loading).notifier.deliver(message),
      trouble: () => side.notifier.trouble?.(),
      health: () => side.health(),
    },
    members: {
      standing: async (discordUserId) => (await loading).members?.standing(discordUserId) ?? 'unknown',
      onDoubt: (listener) => void loading.then(({ members }) => members?.onDoubt(listener)),
    },
    health: () => side.health(),
    serve: (core, ids) => {
      const serving = loading.then((loaded) => loaded.serve(core, ids))
      return async () => (await serving)()
    },
  }

  /** Never throws: without Discord the guard goes on. */
  async function loadNow(): Promise<DiscordSide> {
    try {
      side = signal.aborted ? withoutLibrary('OTP is stopping') : await load()
    } catch (error) {
      side = withoutLibrary(`Discord's library could not be loaded: ${String(error)}`)
    }
    return side
  }
}
