import { titleOf } from '../../src/core/titles.js'
import type { PlexWorld } from '../../src/simulator/plex/world.js'
import { generatedTitles } from './generated-titles.js'
import { aHousehold } from './household.js'
import { inMs, type Measure, pause, spread } from './measure.js'

const usualCount = 50_000
const giveUpAfterMs = 300_000
/** Nobody types on when the list shows what they want. */
const longest = 24

/** How soon titles are suggested while somebody types, through the whole program and a simulated Discord. */
export async function benchAutocomplete({ quick }: { quick: boolean }): Promise<Measure[]> {
  const count = quick ? 5_000 : usualCount
  const house = await aHousehold({ guests: 1 })
  const titles = generatedTitles(count)
  addTo(house.world, titles)
  try {
    const program = await house.start()
    const { discord } = house.stage
    const admin = discord.person('ann', { admin: true })
    while (discord.commands().length === 0) await pause(20)
    const { rssMb: before } = await program.insight('watch')
    await program.insight('reset')

    const read = await inMs(() => untilRead(async () => (await suggestions('arival')).length > 0))
    const { rssMb: after, stallMs } = await program.insight()
    await program.insight('unwatch')

    const times: number[] = []
    const asked = house.asked()
    for (const typed of keyPresses(
      titles.map(({ item }) => titleOf(item)),
      quick ? 20 : 150,
    )) {
      times.push(await inMs(() => suggestions(typed)))
    }
    const searches = house.stage.plexServer.journal
      .slice(asked)
      .filter(({ path }) => path === '/hubs/search').length

    return [
      { what: `reading ${count} titles in the background`, value: read, unit: 'ms' },
      { what: 'longest stall meanwhile', value: stallMs, unit: 'ms' },
      { what: 'memory before', value: before, unit: 'MB' },
      { what: 'memory after', value: after, unit: 'MB', goal: 250, note: 'RSS' },
      ...spread('a key press', times, { p95: 50 }),
      { what: 'searches that Plex was asked for meanwhile', value: searches, unit: 'of 100', goal: 0 },
    ]

    function suggestions(typed: string) {
      return admin.type('/assign', 'media', typed)
    }
  } finally {
    await house.close()
  }
}

/** The simulated server finds no typos, so that a title is found by one only when the program knows it itself. */
async function untilRead(isRead: () => Promise<boolean>): Promise<void> {
  for (const giveUpAt = performance.now() + giveUpAfterMs; performance.now() < giveUpAt; await pause(1_000)) {
    if (await isRead()) return
  }
  throw new Error(`The titles were not read within ${giveUpAfterMs} ms`)
}

/** What stands in the field after every key press, for so many titles all over the server. */
function keyPresses(titles: readonly string[], count: number): string[] {
  const step = Math.max(1, Math.floor(titles.length / count))
  return titles
    .filter((_, at) => at % step === 0)
    .slice(0, count)
    .flatMap((title) =>
      Array.from({ length: Math.min(longest, title.length) }, (_, at) => title.slice(0, at + 1)),
    )
}

function addTo({ catalogue }: PlexWorld, titles: ReturnType<typeof generatedTitles>): void {
  const keys = new Map<string, string>()
  const keyOf = (key: string | undefined) => (key === undefined ? undefined : keys.get(key))

  for (const { item, addedAt } of titles) {
    const { type, title, year, libraryKey = '3' } = item
    if (type !== 'movie' && type !== 'show' && type !== 'season' && type !== 'episode') continue
    const parent = keyOf(item.parentRatingKey)
    const grandparent = keyOf(item.grandparentRatingKey)
    const index = item.episode ?? item.season
    const added = catalogue.add({
      type,
      title,
      libraryKey,
      versions: [],
      ...(year !== undefined && { year }),
      ...(index !== undefined && { index }),
      ...(parent !== undefined && { parentRatingKey: parent }),
      ...(grandparent !== undefined && { grandparentRatingKey: grandparent }),
      ...(addedAt !== undefined && { addedAt: addedAt * 1_000 }),
    })
    keys.set(item.ratingKey, added.ratingKey)
  }
}
