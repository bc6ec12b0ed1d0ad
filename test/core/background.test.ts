import { expect, it } from 'vitest'
import { createBackground } from '../../src/core/engine/background.js'
import type { LogData } from '../../src/core/ports.js'

function aScene() {
  const complaints: { phrase: string; data: LogData | undefined }[] = []
  const warn = (phrase: string, data?: LogData) => complaints.push({ phrase, data })
  const log = { debug: () => {}, info: () => {}, warn, error: () => {} }
  return { background: createBackground({ log }), complaints }
}

it('work is begun at once, and waited for at the end', async () => {
  const { background } = aScene()
  const done: string[] = []
  let finish = () => {}
  background.run(async () => {
    done.push('begun')
    await new Promise<void>((resolve) => {
      finish = resolve
    })
    background.run(async () => {
      done.push('what came of it')
    }, 'unused')
    done.push('done')
  }, 'unused')
  expect(done).toEqual(['begun'])

  const settled = background.settled()
  finish()
  await settled
  expect(done).toEqual(['begun', 'what came of it', 'done'])
})

it('what goes wrong is logged, and stops nobody', async () => {
  const { background, complaints } = aScene()
  const error = new Error('broken')
  background.run(
    async () => {
      throw error
    },
    'it could not be done',
    { guest: '7001' },
  )
  await background.settled()

  expect(complaints).toEqual([{ phrase: 'it could not be done', data: { guest: '7001', error } }])
})
