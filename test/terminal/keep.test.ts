import { expect, test } from 'vitest'
import { OtpError } from '../../src/core/errors.js'
import { anAssignment, evening, hour } from '../support/builders.js'
import { sitAt } from './desk.js'

const unused = () => Promise.reject(new Error('Nobody expected that'))
const keeping = { backup: unused, restore: unused, resume: unused }

test('backup names its file, and says what is in it', async () => {
  const asked: unknown[] = []
  const otp = await sitAt(
    {},
    {
      own: {
        keeping: {
          ...keeping,
          async backup(config, target) {
            asked.push([config.endsWith('/otp.toml'), target])
            return { file: '/backups/otp.backup', config: true }
          },
        },
      },
    },
  )

  const said = await otp(['backup', '/backups', '--config', 'otp.toml'])
  expect(said).toEqual({
    code: 0,
    out: '/backups/otp.backup holds the store and the configuration, tokens among it: keep it where only you can read it.\n',
    err: '',
  })
  expect((await otp(['backup', '--json'])).out).toBe('{"file":"/backups/otp.backup","config":true}\n')
  expect(asked).toEqual([
    [true, '/backups'],
    [false, undefined],
  ])
})

test('restore lists the passes that wait, and what is to be done next', async () => {
  const asked: unknown[] = []
  const otp = await sitAt(
    {},
    {
      own: {
        keeping: {
          ...keeping,
          async restore(_, backup, how) {
            asked.push([backup, how])
            return {
              store: '/data/otp.sqlite',
              config: '/etc/otp.toml',
              madeAt: evening,
              kept: ['/data/otp.sqlite.before-restore-x'],
              assignments: [anAssignment({ expiresAt: evening + hour }), anAssignment({ state: 'pending' })],
            }
          },
        },
      },
    },
  )

  expect(
    (await otp(['restore', 'otp.backup'])).out.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'WHEN'),
  ).toMatchInlineSnapshot(`
    "The store at /data/otp.sqlite is the one of WHEN.
    So is the configuration at /etc/otp.toml.
    What was there before is kept at /data/otp.sqlite.before-restore-x.
    These 2 passes were open then, and wait:
      guest: Arrival (2016) (ready, until WHEN)
      guest: Arrival (2016) (pending, until watched)
    Start OTP: nothing is given or ended by itself for them until "otp resume". "otp doctor" shows what Plex has that no pass explains.
    "
  `)
  expect(JSON.parse((await otp(['restore', 'otp.backup', '--keep-config', '--json'])).out)).toMatchObject({
    store: '/data/otp.sqlite',
    madeAt: new Date(evening).toISOString(),
    assignments: [
      { guest: 'guest', media: 'Arrival (2016)', expiresAt: expect.any(String) },
      { state: 'pending' },
    ],
  })
  expect(asked).toEqual([
    ['otp.backup', { keepConfig: false }],
    ['otp.backup', { keepConfig: true }],
  ])
  expect((await otp(['restore'])).code).toBe(2)
})

test('resume goes through the service where one runs', async () => {
  const otp = await sitAt(
    { resume: async ({ by }) => ({ resumed: by === 'key:owner', assignments: 3 }) },
    { own: { keeping } },
  )
  expect(await otp(['resume'])).toEqual({ code: 0, out: 'OTP goes on. Open passes: 3.\n', err: '' })
})

test('resume works on the store where none runs, unless one was named', async () => {
  const resume = async () => ({ resumed: false, assignments: 0 })
  const otp = await sitAt({}, { own: { keeping: { ...keeping, resume } } })
  const nobody = { OTP_URL: 'http://127.0.0.1:9' }

  expect(await otp(['resume'], nobody)).toMatchObject({
    code: 0,
    out: expect.stringContaining('Nothing waits'),
  })
  expect((await otp(['resume', '--url', 'http://127.0.0.1:9'])).code).toBe(3)
})

test('what the restore refuses is a sentence and exit code 1', async () => {
  const refusal = new OtpError('conflict', 'Another OTP works with the store.')
  const otp = await sitAt({}, { own: { keeping: { ...keeping, restore: () => Promise.reject(refusal) } } })
  expect(await otp(['restore', 'x'])).toEqual({
    code: 1,
    out: '',
    err: 'Another OTP works with the store.\n',
  })
})
