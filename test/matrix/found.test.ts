import { describe, test } from 'vitest'
import { aDeadlineWith } from '../support/matrix/discord-evening.js'
import { type DiskFault, diskTrouble } from '../support/matrix/disk-faults.js'
import { journeys } from '../support/matrix/journeys.js'
import { livedThrough } from '../support/matrix/lived.js'
import { clockTroubles } from '../support/matrix/moments.js'
import { plexTrouble } from '../support/matrix/plex-faults.js'
import { type StoreFault, storeTrouble } from '../support/matrix/store-faults.js'

/** Rows of the matrices that the program once did not get through. */
describe('what was found', () => {
  test.each([
    ['a violation', 'the clock is set an hour back'],
    ['finishing', 'the clock is set an hour back'],
    ['a deadline', 'the clock is set an hour back'],
    ['revoking', 'the clock is set 2 min back'],
  ])('%s, when %s', async (journey, trouble) => {
    await livedThrough(there(journeys, journey), there(clockTroubles, trouble)())
  })

  test.each([
    ['lending to a friend', 'commit', 1, 'lost'],
    ['lending to a stranger', 'commit', 3, 'refused'],
  ] as const)('%s, when %s %i of the store is %s', async (journey, call, at, how) => {
    const hits: StoreFault['hits'] = (one, number) => one === call && number === at
    await livedThrough(there(journeys, journey), storeTrouble({ hits, how, span: 'once' }).trouble)
  })

  test('an invitation that is accepted, while writes are done and not confirmed', async () => {
    const hits: StoreFault['hits'] = (one) => one === 'commit'
    const { trouble } = storeTrouble({ hits, how: 'lost', span: 'for 30 s' })
    await livedThrough(there(journeys, 'an invitation that is accepted'), trouble)
  })

  test('a deadline, while the server calls everything gone', async () => {
    const gone = { kind: 'answer', status: 404 } as const
    await livedThrough(there(journeys, 'a deadline'), plexTrouble('server', '* /', gone, 'for 30 s'))
  })

  test.each(['unlink', 'removeFolder'] as const)(
    'finishing, when %s says that nothing is there',
    async (name) => {
      const hits: DiskFault['hits'] = (call, at) => call === name && at === 1
      const { trouble, close } = diskTrouble(false, { hits, how: 'ENOENT', lasts: false })
      await livedThrough(there(journeys, 'finishing'), trouble).finally(close)
    },
  )

  test('a deadline, while Discord calls its messages gone', async () => {
    const route = /^\/channels\/\d+\/messages$/
    await aDeadlineWith((discord) =>
      discord.fault({ method: 'POST', route, kind: { kind: 'status', status: 410 } }),
    )
  })
})

function there<T>(among: Record<string, T>, name: string): T {
  const found = among[name]
  if (!found) throw new Error(`Nothing is called ${name}`)
  return found
}
