import { afterAll, expect, test } from 'vitest'
import { type Row as MatrixRow, rowsToRun, runRow } from '../matrix/rows.js'
import { columns } from './columns.js'
import { aHome, type Home } from './home.js'
import type { Row, Scene } from './row.js'

const [asItShouldBe = '', ...troubles] = Object.keys(columns)

/**
 * Runs every row as it should be, and with everything that may be the matter: all of that with `OTP_MATRIX=all`,
 * otherwise every so many.
 */
export function testEach(what: string, rows: readonly Row[], every: number): void {
  const homes = createHomes()
  afterAll(homes.close)

  const cell = (row: Row, column: string): MatrixRow => ({
    name: `${row.name} | ${column}`,
    run: () => homes.use((home) => lived(home, row, column)),
  })
  const usual = rows.map((row) => cell(row, asItShouldBe))
  const others = rows.flatMap((row) => troubles.map((column) => cell(row, column)))
  const alone = process.env.OTP_MATRIX_ROW
  const first = usual.filter(({ name }) => alone === undefined || name.includes(alone))
  test.each([...first, ...rowsToRun(what, others, every)])('$name', runRow)
}

const scenesOf = new WeakMap<Home, Map<Row, Scene>>()

async function lived(home: Home, row: Row, column: string): Promise<void> {
  const run = columns[column]
  if (!run) throw new Error(`There is no column ${column}`)

  await home.rest()
  // Whoever is no admin any more cannot be one again for the next.
  const scene = await sceneOf(home, row, column === 'by somebody else')
  const seenBefore = {
    dms: scene.dm ? home.discord.dms(scene.dm.to).length : 0,
    linesOfLog: home.logLines.length,
  }
  await run({ home, row, scene, deedsBefore: await home.deeds(), seenBefore })

  const lines = home.logLines.slice(seenBefore.linesOfLog)
  expect(lines.filter((line) => line.includes('command failed'))).toEqual([])
  expect(home.discord.pings()).toEqual([])
  expect(home.discord.strictViolations).toEqual([])
}

/** What changes nothing can be looked at again. */
async function sceneOf(home: Home, row: Row, anew: boolean): Promise<Scene> {
  const scenes = scenesOf.get(home) ?? new Map<Row, Scene>()
  scenesOf.set(home, scenes)
  const known = scenes.get(row)
  if (known && row.looksOnly && !anew) return known

  const scene = await row.set(home)
  if (!anew) scenes.set(row, scene)
  return scene
}

/** One evening serves many, until one of them fails or it runs out of people. */
function createHomes() {
  let open: { home: Home; close: () => Promise<void> } | undefined

  return { use, close }

  async function use(live: (home: Home) => Promise<void>): Promise<void> {
    if (open && !open.home.hasRoom()) await close()
    const home = open?.home ?? (await opened())
    try {
      await live(home)
    } catch (error) {
      await close()
      throw error
    }
  }

  async function opened(): Promise<Home> {
    let over: () => Promise<void> = async () => {}
    const home = await aHome((itsClose) => {
      over = itsClose
    })
    open = { home, close: over }
    return home
  }

  async function close(): Promise<void> {
    const closing = open
    open = undefined
    await closing?.close()
  }
}
