import { expect, test } from 'vitest'
import type { Core } from '../../src/core/api.js'
import { OtpError } from '../../src/core/errors.js'
import { anAssignment, assignedAnswer } from '../rest/answers.js'
import { aMovie } from '../support/builders.js'
import { sitAt } from './desk.js'

const dunes = [
  aMovie({ ratingKey: '7', title: 'Dune', year: 1984 }),
  aMovie({ ratingKey: '8', title: 'Dune', year: 2021 }),
]

/** Somebody at a terminal who types these lines. */
async function typing(lines: (string | undefined)[], core: Partial<Core>) {
  const questions: string[] = []
  const otp = await sitAt(core, {
    ask: async (question) => {
      questions.push(question)
      return lines.shift()
    },
  })
  return { otp, questions }
}

function lending(core: Partial<Core> = {}) {
  const asked: unknown[] = []
  const assign: Core['assign'] = async ({ guest, media, ask }) => {
    asked.push([guest, media, ask])
    return assignedAnswer()
  }
  return { asked, core: { assign, ...core } }
}

test('several titles are a numbered choice on a terminal', async () => {
  const { asked, core } = lending({ search: async () => dunes })
  const { otp, questions } = await typing(['3', 'two', '2'], core)

  const { code, err } = await otp(['assign', 'robin', 'dune'])

  expect(code).toBe(0)
  expect(err).toBe(
    'Several items match "dune". Use the rating key of the one you mean:\n' +
      '  1  Dune (1984) (rating key 7)\n  2  Dune (2021) (rating key 8)\n' +
      'Type a number from 1 to 2.\nType a number from 1 to 2.\n',
  )
  expect(questions).toEqual(Array(3).fill('Which one? Its number: '))
  expect(asked).toEqual([['robin', 'rk:8', true]])
})

test('nothing is lent when nothing is picked, or nobody may be asked', async () => {
  const { asked, core } = lending({ search: async () => dunes })
  const { otp } = await typing(['', undefined], core)

  const none = await otp(['assign', 'robin', 'dune'])
  const ended = await otp(['assign', 'robin', 'dune'])
  const script = await otp(['assign', 'robin', 'dune', '--json'])

  expect([none, ended, script].map(({ code, out }) => ({ code, out }))).toEqual(
    Array(3).fill({ code: 1, out: '' }),
  )
  expect(script.err).toContain('\n7  Dune (1984)\n8  Dune (2021)\n')
  expect(asked).toEqual([])
})

test('what is only near the words is asked about, also when it is alone', async () => {
  const { asked, core } = lending({ search: async () => [aMovie({ ratingKey: '9', title: 'Aliens' })] })
  const { otp } = await typing(['1'], core)

  const { err } = await otp(['assign', 'robin', 'alines'])

  expect(err).toContain('Nothing is called exactly "alines". Perhaps this is meant:\n  1  Aliens (2016)')
  expect(asked).toEqual([['robin', 'rk:9', true]])
})

test('digits that are a title as well are asked about on a terminal; to scripts they are a rating key', async () => {
  const film = aMovie({ ratingKey: '12', title: '300', year: 2006 })
  const { asked, core } = lending({
    search: async () => [film],
    media: async (ratingKey) => {
      if (ratingKey === '300') return aMovie({ ratingKey: '300', title: 'Arrival' })
      throw new OtpError('media_not_found', 'There is none.')
    },
  })
  const { otp } = await typing(['2'], core)
  const elsewhere = await typing([], { ...core, search: async () => [{ ...film, title: '1917' }] })

  await otp(['assign', 'robin', '300'])
  await otp(['assign', 'robin', '300', '--json'])
  await otp(['assign', 'robin', 'rk:300'])
  await elsewhere.otp(['assign', 'robin', '1917'])

  expect(asked.map((one) => Array.isArray(one) && one[1])).toEqual(['rk:12', 'rk:300', 'rk:300', 'rk:12'])
})

test('a name that two accounts bear is a numbered choice, for every verb that takes a guest', async () => {
  const asked: unknown[] = []
  const candidates = [
    { value: '41', label: 'robin (41)' },
    { value: '42', label: 'robin (42)' },
  ]
  const which = (guest: string | undefined) => {
    asked.push(guest)
    if (guest === 'robin') throw new OtpError('ambiguous', 'It could be two.', { candidates })
  }
  const { otp } = await typing(['2', '2', '2'], {
    async assign({ guest }) {
      which(guest)
      return assignedAnswer()
    },
    async unassign({ guest }) {
      which(guest)
      return { ended: [anAssignment()], access: 'restored' }
    },
    async extend(request) {
      which('guest' in request ? request.guest : undefined)
      return { assignment: anAssignment(), extended: {}, guestTold: 'queued' }
    },
    search: async () => [],
    media: async () => aMovie(),
  })

  for (const words of [
    ['assign', 'robin', '101'],
    ['unassign', 'robin'],
    ['extend', 'robin', '2d'],
  ]) {
    expect(await otp(words)).toMatchObject({
      code: 0,
      err: '"robin" could be several:\n  1  robin (41)\n  2  robin (42)\n',
    })
  }
  expect(asked).toEqual(['robin', '42', 'robin', '42', 'robin', '42'])
})

test('of several assignments of a guest, one is picked and extended by its id', async () => {
  const asked: unknown[] = []
  const { otp } = await typing(['1'], {
    async extend({ by: _, ...request }) {
      asked.push(request)
      const candidates = [{ value: 'a1', label: 'Alien (1979)' }]
      if ('guest' in request) throw new OtpError('ambiguous', 'There are several.', { candidates })
      return { assignment: anAssignment(), extended: {}, guestTold: 'queued' }
    },
  })

  expect((await otp(['extend', 'robin', '2d'])).code).toBe(0)
  expect(asked).toEqual([
    { guest: 'robin', expires: '2d' },
    { id: 'a1', expires: '2d' },
  ])
})
