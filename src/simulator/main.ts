import { parseArgs } from 'node:util'
import { systemClock } from '../util/clock.js'
import { buildStage, type Stage } from './stage.js'

const usage = 'Usage: npm run simulators -- [--report-every-ms N] [--plex-port N]\n'
const apiKey = 'key-to-play-with-the-simulators'

const asked = options(process.argv.slice(2))

if (asked) await serve(asked)
else {
  process.stderr.write(usage)
  process.exitCode = 2
}

/** Keeps the simulated household running until the process is told to stop. */
async function serve(settings: { reportEveryMs: number; plexPort: number }): Promise<void> {
  const stage = await buildStage({ clock: systemClock, ...settings })
  process.stdout.write(`${JSON.stringify(whereabouts(stage))}\n`)

  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  await stage.close()
}

/** What somebody needs to know to use the household, with a `config.toml` that leads to it. */
function whereabouts({ world, plexServer, plexTv, discord, titles, configText }: Stage) {
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
    configToml: configText({ apiPort: 4040, apiKey, storeUrl: 'sqlite://data/otp.sqlite' }),
  }
}

function options(words: string[]): { reportEveryMs: number; plexPort: number } | undefined {
  try {
    const { values } = parseArgs({
      args: words,
      options: {
        'report-every-ms': { type: 'string', default: '10000' },
        'plex-port': { type: 'string', default: '0' },
      },
    })
    const reportEveryMs = Number(values['report-every-ms'])
    const plexPort = Number(values['plex-port'])
    const fits = Number.isInteger(reportEveryMs) && reportEveryMs > 0 && plexPort >= 0 && plexPort < 65_536
    return fits ? { reportEveryMs, plexPort } : undefined
  } catch {
    return undefined
  }
}
