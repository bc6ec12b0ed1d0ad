import { expect, it } from 'vitest'
import { sitAt } from './desk.js'

const found = [
  {
    name: 'identity',
    wonders: 'Which version is it?',
    asked: 'GET /identity',
    status: 200,
    contentType: 'application/json',
    tookMs: 12,
    shape: { MediaContainer: { size: 'number "0"' } },
  },
  {
    name: 'user',
    wonders: 'Who is it?',
    asked: 'GET /api/v2/user',
    trouble: 'nothing listens at that address',
  },
]

it('otp probe prints a report that can be attached, to people and to scripts', async () => {
  const otp = await sitAt({}, { own: { probe: async () => found } })

  const { code, out } = await otp(['probe', '--redact'])
  const script = await otp(['probe', '--json'])

  expect(code).toBe(0)
  expect(out.split('\n').slice(1).join('\n')).toMatchInlineSnapshot(`
    "Only names of fields and kinds of values are here. Look through it all the same before you pass it on.

    ## identity
    Which version is it?
    GET /identity: 200, application/json, 12 ms
    {
      "MediaContainer": {
        "size": "number \\"0\\""
      }
    }

    ## user
    Who is it?
    GET /api/v2/user: nothing listens at that address
    "
  `)
  const lines = script.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines).toEqual([{ otp: '1.2.3', node: process.version, platform: process.platform }, ...found])
})
