import { expect, onTestFinished, test } from 'vitest'
import { english } from '../../src/core/messages/english.js'
import { createStage, friend, neighbour } from '../support/stage.js'
import { type Answered, json, startService } from './service.js'

/** REST over a whole core, whose clock moves while an answer is waited for. */
async function aHouse({ canRestrict = true, plexPass = true } = {}) {
  const stage = createStage()
  stage.plex.can({ canRestrict, plexPass })
  const service = await startService(stage.core())
  onTestFinished(service.stop)
  return { stage, ask }

  async function ask(line: string, body?: object): Promise<Answered> {
    let done = false
    const answer = service.api(line, body && json(body)).finally(() => {
      done = true
    })
    while (!done) await stage.clock.advance(250)
    return answer
  }
}

test('plexpass=1 puts up the label, and the answer says what that cannot stop', async () => {
  const { stage, ask } = await aHouse()

  const { status, body } = await ask('POST /request/add?plexpass=1', {
    plexUsername: friend.username,
    ratingKey: '101',
  })

  expect(status).toBe(201)
  expect(body).toMatchObject({
    result: { fence: 'label', fenceNote: english.fences.note('label'), passedOver: [] },
  })
  expect(stage.plex.labelsOf('101')).toHaveLength(1)
})

test('auto says which stronger fence was not possible, and why', async () => {
  const { ask } = await aHouse()

  const { body } = await ask('POST /assignments', { guest: neighbour.username, media: '101' })

  expect(body).toMatchObject({
    result: {
      fence: 'library',
      fenceNote: english.fences.note('library'),
      passedOver: [{ fence: 'label', why: expect.stringContaining('sees other things') }],
    },
  })
})

test('a fence that was asked for by name and cannot be is refused in words', async () => {
  const { stage, ask } = await aHouse({ plexPass: false })

  const label = await ask('POST /request/add?plexpass=1', { plexUsername: friend.username, ratingKey: '101' })
  const own = await ask('POST /library/shared/new', { plexUsername: friend.username, ratingKey: '212' })

  expect(label).toMatchObject({ status: 502, body: { code: 'plex_pass_required' } })
  expect(own).toMatchObject({ status: 422, body: { code: 'fence_unavailable' } })
  expect(own.body).toMatchObject({ reason: expect.stringContaining('private_root') })
  expect(stage.plex.said).toEqual([])
})

test('a pass is made, gets other limits, ends, and then keeps those limits', async () => {
  const { ask } = await aHouse()
  const made = await ask('POST /assignments', { guest: friend.username, media: '101', expires: '1h' })
  const id = /"id":"([^"]+)"/.exec(JSON.stringify(made.body))?.[1] ?? ''

  const longer = await ask(`PATCH /assignments/${id}`, { expires: '2026-11-24T20:00:00+01:00' })
  const lifted = await ask(`PATCH /assignments?guest=${friend.username}`, { expires: null, plays: 2 })
  const ended = await ask(`DELETE /assignments/${id}`)
  const late = await ask(`PATCH /assignments/${id}`, { expires: '1h' })

  expect(longer.body).toMatchObject({
    result: { expiresAt: '2026-11-24T19:00:00.000Z', extended: { expiresBefore: expect.any(String) } },
  })
  expect(lifted.body).toMatchObject({
    result: { plays: 2, extended: { expiresBefore: '2026-11-24T19:00:00.000Z' } },
  })
  expect(lifted.body).not.toMatchObject({ result: { expiresAt: expect.anything() } })
  expect(ended.body).toMatchObject({ result: { access: 'restored' } })
  expect(late).toMatchObject({ status: 409, body: { code: 'conflict' } })
})
