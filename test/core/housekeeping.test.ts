import { expect, it } from 'vitest'
import { OtpError } from '../../src/core/errors.js'
import { minute, second } from '../support/builders.js'
import { createMortalPorts } from '../support/mortal-ports.js'
import { admin, createStage, friend, type Stage } from '../support/stage.js'

it('what was begun before a restart is gone on with after a minute when the store could not be read', async () => {
  const stage = await begun()
  const heal = breakStore(stage)
  await stage.start()
  await stage.clock.advance(second)
  expect(warnings(stage)).toContain('assignments begun before')
  heal()

  await stage.clock.advance(50 * second)
  expect(await stage.records('assignment')).toMatchObject([{ access: 'giving' }])
  await stage.clock.advance(10 * second)
  expect(await stage.records('assignment')).toMatchObject([{ state: 'ready', access: 'given' }])
  expect(stage.plex.shareOf(friend.plexId)?.libraryKeys).toEqual(['1'])
})

it('what was begun and not finished is looked for every minute, also while the store cannot be read', async () => {
  const stage = await begun()
  breakStore(stage)
  await stage.start()
  await stage.clock.advance(3 * minute)
  expect(warnings(stage).filter((one) => one === 'assignments begun before')).toHaveLength(4)
})

/** A process that died when it had written down what it was going to give. */
async function begun(): Promise<Stage> {
  const stage = createStage()
  // The first step writes down which server it is, the second one the intent.
  const core = stage.replaceCore(createMortalPorts(stage.ports, 2, 'killed').ports)
  core.assign({ guest: 'friend', media: 'rk:101', by: admin }).catch(() => {})
  await stage.clock.advance(10 * second)
  expect(await stage.records('assignment')).toMatchObject([{ access: 'giving' }])
  stage.replaceCore()
  return stage
}

/** No assignments can be read until the answer is called. */
function breakStore(stage: Stage): () => void {
  const { page } = stage.store
  stage.store.page = async (kind, query) => {
    if (kind === 'assignment') throw new OtpError('store_unavailable', 'The store could not be read.')
    return page(kind, query)
  }
  return () => {
    stage.store.page = page
  }
}

function warnings(stage: Stage) {
  return stage.log.lines.flatMap(({ level, data }) => (level === 'warn' && data?.chore) || [])
}
