#!/usr/bin/env node
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setFlagsFromString } from 'node:v8'
import { restrictedFileMode, writeDefaultConfig } from './config/default-file.js'
import { describeProblem } from './config/problems.js'
import { type LoadedConfig, loadConfig, requireForPlex, requireForServe, secretsOf } from './config.js'
import { OtpError } from './core/errors.js'
import { terminal as words } from './core/messages/terminal.js'
import { exits, usageError } from './terminal/exit-codes.js'
import { createTerminal } from './terminal/program.js'
import { createTty } from './terminal/tty.js'
import type { SignInHere } from './terminal/verbs/login.js'
import type { LibrariesHere } from './terminal/verbs/own.js'
import { systemClock } from './util/clock.js'
import { createLogger } from './util/log.js'
import { stopOnSignal } from './util/shutdown.js'

const { env, stdout } = process

/** How long closing may take after the guard has failed. */
const patienceMs = 10_000

const terminal = createTerminal({
  env,
  clock: systemClock,
  version: await version(),
  screen: createTty(process),
  own: {
    serve,
    demo,
    libraries,
    signIn,
    async test(file) {
      const loaded = await usable(file)
      const { testConnection } = await import('./app/without-service.js')
      return testConnection({ file, loaded, clock: systemClock, version: await version() })
    },
    async discord(file) {
      const { config } = await usable(file)
      const { checkDiscord } = await import('./discord/check.js')
      return checkDiscord({ config: config.discord, clock: systemClock })
    },
    async discordSetUp(file) {
      const loaded = await usable(file)
      const { discordSetUp } = await import('./app/discord-set-up.js')
      return discordSetUp({ file, loaded, clock: systemClock })
    },
    async doctor(file, work) {
      const loaded = await loadConfig({ file, env })
      const { withDoctor } = await import('./app/doctor.js')
      return withDoctor({ file, loaded, clock: systemClock, version: await version() }, work)
    },
    keeping: {
      async backup(file, target) {
        const { backUp } = await import('./app/backup.js')
        return backUp(await here(file), target)
      },
      async restore(file, backup, how) {
        const { restore } = await import('./app/restore.js')
        // A configuration that cannot be used may be why it is to be brought back.
        const loaded = how.keepConfig ? await usable(file) : await loadConfig({ file, env })
        return restore({ file, loaded, env, clock: systemClock, version: await version() }, backup, how)
      },
      async resume(file) {
        const { resumeHere } = await import('./app/restore.js')
        return resumeHere(await here(file))
      },
    },
    async probe(file) {
      const { config } = await usableForPlex(file)
      const { probePlex } = await import('./app/probe.js')
      return probePlex({ config, clock: systemClock, version: await version() })
    },
    config: {
      async check(file) {
        const loaded = await loadConfig({ file, env })
        return loaded.fileFound ? requireForServe(loaded).map(describeProblem) : undefined
      },
      write: writeConfig,
    },
  },
  interrupted,
  async service(file) {
    const { config, problems } = await loadConfig({ file, env })
    if (problems.length > 0) throw usageError(problems.map(describeProblem))

    const { host, port, basePath, key } = config.api
    const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
    return { url: `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}${basePath}`, key }
  },
})

/** The first signal ends what goes on for ever; a second ends the program at once. */
function interrupted(): AbortSignal {
  const over = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => over.abort(signal))
  return over.signal
}

process.exitCode = await terminal.run(process.argv.slice(2))

async function serve(file: string): Promise<void> {
  const loaded = await loadConfig({ file, env })
  if (!loaded.fileFound && !startsWithoutFile()) {
    await writeConfig(file)
    throw new OtpError('not_configured', words.firstRun(file).join('\n'))
  }

  const problems = requireForServe(loaded)
  if (problems.length > 0) throw usageError(problems.map(describeProblem))

  const { config } = loaded
  const clock = systemClock
  const log = createLogger({ ...config.log, secrets: secretsOf(config) })
  const readableByOthers = await restrictedFileMode(file)
  if (readableByOthers) log.warn(readableByOthers)
  if (!config.api.key) log.warn('there is no [api] key: the REST API lets nobody in')

  // It runs beside a media server for months, so the heap grows in small steps. `--optimize-for-size` would keep it
  // smaller still, and collect garbage so often that streams wait for it.
  setFlagsFromString('--heap-growing-percent=20')
  // It mostly waits. At V8's own pace of optimising, compilers take a third of the processor when many stray at once,
  // and what they make fills memory for days; only what every reading runs through is worth it.
  setFlagsFromString('--interrupt-budget=500000')
  const [{ createApp }, { aloneWithStore }] = await Promise.all([
    import('./app.js'),
    import('./app/alone.js'),
  ])
  const alone = await aloneWithStore(config.store.url, { clock, log })
  const configFile = loaded.fileFound ? { configFile: { path: file, origins: loaded.origins } } : {}
  const app = createApp({ config, ...configFile, clock, log, version: await version(), onFatal: giveUp })
  const stop = () => app.stop().finally(alone.release)
  const release = stopOnSignal({ process, clock, log, stop })

  await app.start().catch(async (error: unknown) => {
    release()
    await stop()
    throw error
  })
  // What runs for the first time from now on is compiled at once: a stream that has to end meets code that is seldom
  // used. While starting, that would only take time.
  setFlagsFromString('--always-sparkplug')

  /** Whoever started OTP sees that it failed, and starts it again. */
  function giveUp(): void {
    void Promise.race([stop(), clock.sleep(patienceMs)]).finally(() => process.exit(exits.failed))
  }
}

/** Containers bring everything in the environment. */
function startsWithoutFile(): boolean {
  return Boolean((env.OTP_PLEX_TOKEN || env.OTP_PLEX_TOKEN_FILE) && (env.OTP_API_KEY || env.OTP_API_KEY_FILE))
}

async function demo({ stay }: { stay: boolean }): Promise<void> {
  const { runDemo } = await import('./simulator/demo.js')
  await runDemo({ stay, narrator: { say: (text) => stdout.write(`${text}\n`) } })
}

/** Where there is no configuration yet, there is one after it. */
async function signIn<T>(file: string, work: (here: SignInHere) => Promise<T>): Promise<T> {
  const wroteConfig = !(await usable(file)).fileFound
  if (wroteConfig) await writeConfig(file)

  const loaded = await usable(file)
  const { withSignIn } = await import('./app/without-service.js')
  return withSignIn({ file, loaded, clock: systemClock, version: await version() }, (here) =>
    work({ ...here, wroteConfig }),
  )
}

/** What works without a service on what the configuration says. */
async function here(file: string) {
  return { file, loaded: await usable(file), clock: systemClock, version: await version() }
}

async function usable(file: string): Promise<LoadedConfig> {
  const loaded = await loadConfig({ file, env })
  if (loaded.problems.length > 0) throw usageError(loaded.problems.map(describeProblem))
  return loaded
}

/** Also with a token, without which nothing of Plex can be looked at. */
async function usableForPlex(file: string): Promise<LoadedConfig> {
  const loaded = await loadConfig({ file, env })
  const problems = requireForPlex(loaded)
  if (problems.length > 0) throw usageError(problems.map(describeProblem))
  return loaded
}

/** Works with the libraries of the server, with the store only where there is one. */
async function libraries<T>(file: string, work: (here: LibrariesHere) => Promise<T>): Promise<T> {
  const { plex, store: kept, log } = (await usableForPlex(file)).config
  const [{ connectPlex }, { createLibraries }, { openStore }, { storeExists }] = await Promise.all([
    import('./plex/connect.js'),
    import('./core/access/libraries.js'),
    import('./store/open.js'),
    import('./store/file.js'),
  ])
  const store = (await storeExists(kept.url)) ? await openStore(kept.url) : undefined
  try {
    const known = (await store?.read('setting', 'client-identifier'))?.record
    const { plexServer } = connectPlex({
      accountUrl: plex.accountUrl,
      url: () => plex.url,
      token: () => plex.token,
      clientIdentifier: known?.name === 'client-identifier' ? known.value : 'otp-terminal',
      version: await version(),
      clock: systemClock,
    })
    const quiet = createLogger({ ...log, level: 'silent', secrets: [] })
    const knowsPasses = store !== undefined
    return await work({ libraries: createLibraries({ plexServer, store, log: quiet }), knowsPasses })
  } finally {
    await store?.close()
  }
}

async function writeConfig(file: string): Promise<void> {
  await writeDefaultConfig(file, { apiKey: randomBytes(24).toString('base64url') })
}

/** The package's version; its file is one folder up in the sources and two after the build. */
async function version(): Promise<string> {
  for (const place of ['../package.json', '../../package.json']) {
    const text = await readFile(new URL(place, import.meta.url), 'utf8').catch(() => undefined)
    const [, found] = /"version": "([^"]+)"/.exec(text ?? '') ?? []
    if (found) return found
  }
  return 'unknown'
}
