import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { backUp } from '../../src/app/backup.js'
import { restore } from '../../src/app/restore.js'
import { loadConfig } from '../../src/config.js'
import { anEvening, minute, second } from '../support/evening.js'

test('a backup made while OTP ran is brought back: nothing happens by itself until it is told to go on', async () => {
  const evening = await anEvening({ before: ({ world }) => world.shareWith('friend.two', ['Films']) })
  const { world, titles, clock, configFile } = evening
  const here = async () => ({
    file: configFile,
    loaded: await loadConfig({ file: configFile, env: {} }),
    clock,
    version: 'test',
  })
  await evening.start()
  await evening.api('POST', '/api/v1/assignments', { guest: 'friend.two', media: titles.lent })
  const backup = await backUp(await here(), dirname(configFile))
  await evening.api('DELETE', '/api/v1/assignments?confirm=all')
  await evening.stop()

  await restore({ ...(await here()), env: {} }, backup.file, { keepConfig: false })
  const posted = evening.adminChannel().length
  const astray = world.play('friend.two', titles.other)
  await evening.start()
  await evening.pass(30 * second)

  expect(astray.ending()).toBeUndefined()
  expect(evening.adminChannel()).toHaveLength(posted + 1)
  expect(evening.adminChannel().at(-1)).toMatch(/restored from a backup.*otp resume.*friend.*Arrival/s)
  expect((await evening.api('GET', '/readyz')).text).toContain('1 pass waits for \\"otp resume\\"')
  expect((await evening.api('GET', '/api/v1/monitor')).json).toMatchObject({
    result: { restored: { assignments: 1 } },
  })
  const reply = await evening.soon(evening.admin.slash('/monitor status'))
  expect(JSON.stringify(reply)).toContain('Restored from a backup: 1 pass waits')

  const resumed = await evening.api('POST', '/api/v1/monitor/resume')
  expect(resumed).toMatchObject({ status: 200, json: { result: { resumed: true, assignments: 1 } } })
  await evening.pass(minute / 4)
  expect(astray.ending()?.why).toBe('terminated')
})
