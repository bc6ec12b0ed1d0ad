import { describe, expect, it } from 'vitest'
import { createLogger, type LogOptions } from '../../src/util/log.js'

describe('the log', () => {
  it('writes a phrase with data beside it, one JSON object per line', () => {
    const { log, lines } = aLog()
    log.info('assignment saved', { guest: 'ann', ratingKey: '7', tries: 2, at: new Date(0), none: undefined })
    log.warn('look out')

    expect(lines()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        msg: 'assignment saved',
        guest: 'ann',
        ratingKey: '7',
        tries: 2,
        at: '1970-01-01T00:00:00.000Z',
      },
      { level: 'warn', time: expect.any(String), msg: 'look out' },
    ])
  })

  it('hides a secret that it learns while it runs, and the ones from before', () => {
    const { log, text } = aLog({ secrets: ['known-secret'] })

    log.hide('fresh-secret')
    log.info('one fresh-secret', { more: 'known-secret' })

    expect(text()).toContain('[hidden]')
    expect(text()).not.toMatch(/fresh-secret|known-secret/)
  })

  it('writes one readable line for people', () => {
    const { log, text } = aLog({ format: 'pretty' })
    log.info('assignment saved', { guest: 'ann' })

    expect(text()).toMatch(/^\[\d\d:\d\d:\d\d\] INFO: assignment saved \{"guest":"ann"\}\n$/)
  })

  it('leaves out what weighs less than its level', () => {
    const quiet = aLog({ level: 'warn' })
    quiet.log.debug('one')
    quiet.log.info('two')
    quiet.log.warn('three')
    quiet.log.error('four')
    expect(quiet.lines().map((line) => line.msg)).toEqual(['three', 'four'])

    const silent = aLog({ level: 'silent' })
    silent.log.error('nothing')
    expect(silent.text()).toBe('')
  })

  it.each(['json', 'pretty'] as const)('hides secrets in phrase, data, names and errors (%s)', (format) => {
    const { log, text } = aLog({ format, secrets: ['s3cret-value'] })
    const cause = Object.assign(new Error('GET http://x/?X-Plex-Token=inUrl123 for ann@example.org'), {
      code: 'ECONNRESET',
      config: { headers: { Authorization: 'Bearer in-config' } },
    })
    log.error('failed with s3cret-value', {
      error: new Error('it held s3cret-value', { cause }),
      nested: [{ deep: { Authorization: 'in-header', email: 'someone', note: 'ann@example.org' } }],
      'ann@example.org': 1,
    })

    expect(text()).not.toMatch(/s3cret|inUrl123|ann@|in-config|in-header|someone/)
    expect(text()).toContain('ECONNRESET')
    expect(text()).toContain('[hidden]')
  })

  it('survives whatever it is given', () => {
    const { log, lines } = aLog()
    const loop: Record<string, unknown> = { name: 'loop' }
    loop.self = loop
    const shared = { a: 1 }
    log.info('odd', {
      loop,
      big: 12n,
      call: () => 1,
      own: new Map([['token', 'x']]),
      twice: [shared, shared],
      deep: { a: { b: { c: { d: { e: { f: 1 } } } } } },
      date: new Date(Number.NaN),
      nothing: null,
    })

    expect(lines()[0]).toMatchObject({
      loop: { name: 'loop', self: '[circular]' },
      big: '12',
      own: '[Map]',
      twice: [{ a: 1 }, { a: 1 }],
      deep: { a: { b: { c: { d: { e: '[deeper]' } } } } },
      date: 'no date',
      nothing: null,
    })
  })
})

function aLog(options: Partial<LogOptions> = {}) {
  let written = ''
  const destination = {
    write: (text: string) => {
      written += text
    },
  }
  return {
    log: createLogger({ level: 'debug', format: 'json', secrets: [], destination, ...options }),
    text: () => written,
    lines: (): Record<string, unknown>[] =>
      written
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
  }
}
