import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { systemClock } from '../util/clock.js'
import { buildStage, type Stage } from './stage.js'

const usage = 'Usage: npm run simulators -- [--config FILE] [--report-every-ms N] [--plex-port N]\n'
const apiKey = 'key-to-play-with-the-simulators'

interface Options {
  /** A file to write the configuration to that leads a service to the household. */
  config: string | undefined
  reportEveryMs: number
  plexPort: number
}

const asked = options(process.argv.slice(2))

if (asked) await serve(asked)
else {
  process.stderr.write(usage)
  process.exitCode = 2
}

/** Keeps the simulated household running until the process is told to stop. */
async function serve({ config, ...settings }: Options): Promise<void> {
  const stage = await buildStage({ clock: systemClock, ...settings })
  if (config !== undefined) await writeFile(config, configOf(stage), { mode: 0o600 })
  process.stdout.write(`${JSON.stringify(whereabouts(stage))}\n`)

  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  await stage.close()
}

/** What somebody needs to know to use the household, with a `config.toml` that leads to it. */
function whereabouts(stage: Stage) {
  const { world, plexServer, plexTv, discord, titles } = stage
  return {
    plexUrl: plexServer.url,
    accountUrl: plexTv.url,
    plexToken: world.owner.token,
    machineIdentifier: world.machineIdentifier,
    discord: {
      url: discord.url,
      apiUrl: discord.apiUrl,
      token: discord.token,
      applicationId: discord.applicationId,
      guildId: discord.guildId,
      adminChannelId: discord.adminChannelId,
    },
    titles,
    apiKey,
    configToml: configOf(stage),
  }
}

/** With a store of its own, so that no real one is filled with people who do not exist. */
function configOf({ configText }: Stage): string {
  return configText({ apiPort: 4040, apiKey, storeUrl: 'sqlite://data/simulated.sqlite' })
}

function options(words: string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args: words,
      options: {
        config: { type: 'string' },
        'report-every-ms': { type: 'string', default: '10000' },
        'plex-port': { type: 'string', default: '0' },
      },
    })
    const reportEveryMs = Number(values['report-every-ms'])
    const plexPort = Number(values['plex-port'])
    const fits = Number.isInteger(reportEveryMs) && reportEveryMs > 0 && plexPort >= 0 && plexPort < 65_536
    return fits ? { config: values.config, reportEveryMs, plexPort } : undefined
  } catch {
    return undefined
  }
}
