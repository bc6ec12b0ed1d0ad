import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../app.js'
import { loadConfig, secretsOf } from '../config.js'
import { createLogger } from '../util/log.js'
import type { Seen } from './discord/person.js'
import { everythingOff } from './plex/share-settings.js'
import { createSkippingClock, type SkippingClock } from './skipping-clock.js'
import { buildStage, type Stage } from './stage.js'

const giveUpAfterMs = 20_000
const minuteMs = 60_000

/** Where the story is told. */
export interface Narrator {
  say(text: string): unknown
}

interface Evening {
  stage: Stage
  clock: SkippingClock
  narrator: Narrator
  apiUrl: string
  apiKey: string
}

/**
 * Tells one evening with the real program against simulated services: assign, invite, watch, stray, ended, told,
 * finished, all as before. With `stay` everything keeps running afterwards, until the process is told to stop.
 */
export async function runDemo({ stay, narrator }: { stay: boolean; narrator: Narrator }): Promise<void> {
  const clock = createSkippingClock()
  const stage = await buildStage({ clock, reportEveryMs: 1_000 })
  const folder = await mkdtemp(join(tmpdir(), 'otp-demo-'))
  const apiKey = randomBytes(18).toString('base64url')
  const text = stage.configText({ apiPort: 0, apiKey, storeUrl: `sqlite://${join(folder, 'otp.sqlite')}` })
  const { config } = await loadConfig({ file: 'demo', text, env: {} })
  const log = createLogger({
    level: 'warn',
    format: 'pretty',
    secrets: secretsOf(config),
    destination: process.stderr,
  })
  const app = createApp({
    config,
    clock,
    log,
    version: 'demo',
    onFatal: (error) => {
      throw error
    },
  })

  try {
    const { apiUrl = '' } = await app.start()
    const evening: Evening = { stage, clock, narrator, apiUrl, apiKey }
    await tell(evening)
    if (stay) await stayOn(evening)
  } finally {
    await app.stop()
    await stage.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function tell(evening: Evening): Promise<void> {
  const { narrator, stage } = evening
  const before = standing(stage)
  narrator.say('One evening with One Time Plex. Plex, plex.tv and Discord are simulated on this machine;')
  narrator.say('the program, its Discord client, its HTTP and its database are the real ones.')
  narrator.say('')

  await assignByDiscord(evening)
  await accept(evening)
  await watch(evening)
  await stray(evening)
  await finish(evening)
  asBefore(evening, before)

  const offences = stage.discord.strictViolations
  if (offences.length > 0) throw new Error(`Discord would have objected: ${offences.join('; ')}`)
  narrator.say('')
  narrator.say('That was the evening.')
}

async function assignByDiscord({ stage, clock, narrator }: Evening): Promise<void> {
  const { discord } = stage
  await soon('the slash commands', () => discord.commands().length > 0)
  const admin = discord.person('ann', { admin: true })
  const guest = discord.person('guest')

  narrator.say(
    `${at(clock)}The admin types /assign media:Arrival member:@guest plex:guest.one expires:7d fence:library`,
  )
  narrator.say('       (This shares the whole library, so that the guest can stray; left to itself OTP')
  narrator.say('       labels Arrival and restricts the share to it, and the guest sees nothing else.)')
  const asked = await admin.slash('/assign', {
    media: 'Arrival',
    member: guest,
    plex: 'guest.one',
    expires: '7d',
    fence: 'library',
  })
  narrator.say(quoted('only the admin sees', asked))
  if (asked.buttons.some((one) => one.label === 'Confirm')) {
    narrator.say('       … and presses Confirm.')
    narrator.say(quoted('only the admin sees', await admin.click(asked, 'Confirm')))
  }
  narrator.say(quoted('the guest gets a DM', await newestDm(stage, 1)))
}

async function accept(evening: Evening): Promise<void> {
  const { stage, clock, narrator } = evening
  stage.world.acceptInvitation('guest.one')
  narrator.say(
    `${at(clock)}The guest accepts the invitation. OTP looks once a minute; the minute is skipped here.`,
  )
  await skip(evening, minuteMs)
  narrator.say(quoted('the guest gets a DM', await newestDm(stage, 2)))
}

async function watch(evening: Evening): Promise<void> {
  const { stage, clock, narrator } = evening
  const player = stage.world.play('guest.one', stage.titles.lent)
  await soon('the stream to be known', async () => (await assignmentState(evening)) === 'watching')
  await skip(evening, 20 * minuteMs)
  await readings(stage, 2)
  player.stop()
  await readings(stage, 2)
  narrator.say(`${at(clock)}The guest watches twenty minutes of Arrival. Nobody is disturbed.`)
}

async function stray({ stage, clock, narrator }: Evening): Promise<void> {
  const { world, discord, plexServer, titles } = stage
  const cardsBefore = discord.channelMessages(discord.adminChannelId).length
  const dmsBefore = discord.dms(discord.person('guest')).length
  const strayedAt = clock.now()
  const player = world.play('guest.one', titles.other, { product: 'Plex for LG', device: 'OLED55' })
  narrator.say(`${at(clock)}The guest starts Heat, which nobody has lent to them.`)

  const terminated = await soon('terminate', () =>
    plexServer.journal.find((one) => one.path === '/status/sessions/terminate' && one.at >= strayedAt),
  )
  const newestCard = () => discord.channelMessages(discord.adminChannelId)[cardsBefore]?.text ?? ''
  await soon('the card', newestCard)
  const cardAt = clock.now()
  const dm = await soon('the DM', () => discord.dms(discord.person('guest'))[dmsBefore])
  const dmAt = clock.now()
  await soon('the end of the stream', () => !player.running())
  const ending = player.ending()

  narrator.say(quoted('the television shows', { text: ending?.text ?? '' }))
  await soon('the outcome on the card', () => newestCard().includes('Gone after'))
  narrator.say(quoted('the admin channel gets a card', { text: newestCard() }))
  narrator.say(quoted('the guest gets a DM', dm))
  narrator.say('       measured from the moment Heat began to play:')
  narrator.say(`         to the terminate call          ${milliseconds(terminated.at - strayedAt)}`)
  narrator.say(`         to the card in the channel     ${milliseconds(cardAt - strayedAt)}`)
  narrator.say(`         to the DM                      ${milliseconds(dmAt - strayedAt)}`)
  narrator.say(`         to the end on the screen       ${milliseconds(clock.now() - strayedAt)}`)
}

async function finish(evening: Evening): Promise<void> {
  const { stage, clock, narrator } = evening
  const { world, discord, titles } = stage
  const dmsBefore = discord.dms(discord.person('guest')).length
  const player = world.play('guest.one', titles.lent, { offsetMs: 20 * minuteMs })
  player.seek(112 * minuteMs)
  narrator.say(
    `${at(clock)}Back to Arrival: the guest watches it to the credits and turns the television off.`,
  )
  await readings(stage, 2)
  player.stop()
  await readings(stage, 2)
  narrator.say('       The ten minutes in which they may come back are skipped here.')
  await skip(evening, 11 * minuteMs)

  narrator.say(
    quoted(
      'the guest gets a DM',
      await soon('the farewell', () => discord.dms(discord.person('guest'))[dmsBefore]),
    ),
  )
  await soon('the end of the access', () => world.shareOf('guest.one') === undefined)
  narrator.say(
    quoted(
      'the admin channel says',
      await soon('the admin line', () => discord.channelMessages(discord.adminChannelId).at(-1)),
    ),
  )
}

/** Reads at plex.tv and on the server what the pass could have changed, and does not take OTP's word for it. */
function asBefore({ stage, narrator }: Evening, before: Standing): void {
  const now = standing(stage)
  if (JSON.stringify(now) !== JSON.stringify(before)) {
    throw new Error(`Not all is as before: ${JSON.stringify({ before, now })}`)
  }

  const { share, filters, labels, sees } = now
  narrator.say('       Share, restriction and label are as they were before the pass:')
  narrator.say(`         share of guest.one at plex.tv         ${share ? 'one' : 'none'}`)
  narrator.say(`         restriction of guest.one at plex.tv   ${filters.join(', ') || 'none'}`)
  narrator.say(`         labels on Arrival                     ${labels.join(', ') || 'none'}`)
  narrator.say(`         titles that guest.one can see         ${sees.length}`)
}

/** What a pass may change, as plex.tv and the server have it. */
interface Standing {
  share: ReturnType<Stage['world']['shareOf']>
  downloads: boolean
  filters: string[]
  labels: string[]
  sees: string[]
}

function standing({ world, titles }: Stage): Standing {
  const settings = world.people.settingsOf(world.people.account('guest.one').plexId) ?? everythingOff
  const { filterMovies, filterTelevision, filterMusic, filterPhotos, filterAll } = settings
  const filters = [filterMovies, filterTelevision, filterMusic, filterPhotos, filterAll]
  return {
    share: structuredClone(world.shareOf('guest.one')),
    downloads: settings.allowSync,
    filters: filters.filter(Boolean),
    labels: world.labelsOf(titles.lent),
    sees: world.seenBy('guest.one'),
  }
}

/** Leaves the stage to whoever wants to play on it, until the process is asked to stop. */
async function stayOn({ stage, narrator, apiUrl, apiKey }: Evening): Promise<void> {
  const { plexServer, discord, titles } = stage
  const header = `-H 'Authorization: Bearer ${apiKey}'`
  narrator.say('')
  narrator.say('Everything keeps running. To play with it, in another terminal:')
  narrator.say(`  curl ${header} ${apiUrl}/api/v1/assignments`)
  narrator.say(
    `  curl ${header} -d guest=friend.two -d media=${titles.lent} -d fence=library ${apiUrl}/api/v1/assignments`,
  )
  narrator.say(`  curl -d '{"user":"friend.two"}' ${plexServer.url}/_sim/accept`)
  narrator.say(`  curl -d '{"user":"friend.two","ratingKey":"${titles.other}"}' ${plexServer.url}/_sim/play`)
  narrator.say(`  curl ${header} ${apiUrl}/api/v1/violations`)
  narrator.say(`  curl ${discord.url}/_sim/transcript`)
  narrator.say('Ctrl-C ends it.')
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

async function assignmentState({ apiUrl, apiKey }: Evening): Promise<string | undefined> {
  const answer = await fetch(`${apiUrl}/api/v1/assignments`, { headers: { 'x-api-key': apiKey } })
  return /"state":"(\w+)"/.exec(await answer.text())?.[1]
}

/** Waits until OTP has read the sessions so many times more. */
async function readings({ plexServer }: Stage, count: number): Promise<void> {
  const read = () =>
    plexServer.journal.filter((one) => one.path === '/status/sessions' && one.status !== undefined).length
  const before = read()
  await soon('another look at the sessions', () => read() >= before + count)
}

/** Skips time while nobody waits for an answer, which would come too late then. */
async function skip({ stage: { plexServer, plexTv }, clock }: Evening, ms: number): Promise<void> {
  const asked = () => [plexServer, plexTv].flatMap(({ journal }) => journal)
  await soon('a moment in which nothing is asked', async () => {
    const before = asked().length
    await new Promise((resolve) => setTimeout(resolve, 30))
    return asked().length === before && asked().every((one) => one.status !== undefined)
  })
  clock.skip(ms)
}

function newestDm({ discord }: Stage, count: number): Promise<Seen> {
  return soon('a DM', () => discord.dms(discord.person('guest'))[count - 1])
}

/** Waits for what must come, and says what did not. */
async function soon<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> {
  const giveUpAt = Date.now() + giveUpAfterMs
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > giveUpAt) throw new Error(`The demo waited in vain for ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function quoted(who: string, { text }: Pick<Seen, 'text'>): string {
  const lines = text.split(' / ').map((line) => `         │ ${line}`)
  return [`       ${who}:`, ...lines].join('\n')
}

/** The time of the story, which the skipped minutes count in. */
function at(clock: SkippingClock): string {
  return `${new Date(clock.now()).toISOString().slice(11, 16)}  `
}

function milliseconds(ms: number): string {
  return `${ms.toLocaleString('en')} ms`.padStart(9)
}
