import { describe, expect, it } from 'vitest'
import type { EnforcementStep, Rung, RungOutcome, ViolationStream } from '../../src/core/model.js'
import { nextRung, stepsFor } from '../../src/core/monitor/ladder.js'
import { aStep, aStream, aViolation, evening, minute, second } from '../support/builders.js'

const usual: Rung[] = ['terminate', 'stop', 'unshare']

/** What to do next about the stream, `at` seconds after it was seen. */
function next(
  at: number,
  enforcement: EnforcementStep[],
  { lastReport = 0, ladder = usual, stream = aStream() }: Partial<Situation> = {},
): Rung | undefined {
  const reported = { ...stream, lastReportAt: evening + lastReport * second }
  const violation = aViolation({ streams: [reported], enforcement })
  return nextRung(violation, reported, { ladder, verifyWithinMs: 30 * second }, evening + at * second)
}

interface Situation {
  /** Seconds after the stream was seen. */
  lastReport: number
  ladder: Rung[]
  stream: ViolationStream
}

describe('the first rung', () => {
  it('follows at once', () => {
    expect(next(0, [])).toBe('terminate')
  })

  it('is whatever the ladder begins with', () => {
    expect(next(0, [], { ladder: ['report'] })).toBe('report')
    expect(next(0, [], { ladder: ['stop', 'unshare'] })).toBe('stop')
  })

  it('is done for each stream of a repeated violation', () => {
    const secondStream = aStream({ key: '12', firstSeenAt: evening })

    expect(next(0, [aStep({ stream: '11' })], { stream: secondStream })).toBe('terminate')
  })

  it('is done again when Plex gives the same session key to a later stream', () => {
    const later = aStream({ key: '11', firstSeenAt: evening + minute })

    expect(next(60, [aStep({ at: evening })], { stream: later, lastReport: 60 })).toBe('terminate')
  })

  it('that was only intended when OTP stopped is done now', () => {
    expect(next(0, [aStep({ outcome: 'intended' })])).toBe('terminate')
    expect(next(99, [aStep({ outcome: 'impossible' }), aStep({ rung: 'stop', outcome: 'intended' })])).toBe(
      'stop',
    )
  })
})

describe('after an accepted call', () => {
  it.each<RungOutcome>(['accepted', 'gone'])('(%s) nothing is done before Plex had its time', (outcome) => {
    expect(next(29, [aStep({ outcome })], { lastReport: 29 })).toBeUndefined()
  })

  it.each<RungOutcome>(['accepted', 'gone'])(
    '(%s) a stream that goes on after its time is climbed for',
    (outcome) => {
      expect(next(30, [aStep({ outcome })], { lastReport: 25 })).toBe('stop')
    },
  )

  it('an entry that only lingers is never climbed for', () => {
    expect(next(30, [aStep()], { lastReport: 0 })).toBeUndefined()
    expect(next(600, [aStep()], { lastReport: 10 })).toBeUndefined()
  })

  it('the report that tells the player of it is no sign of life', () => {
    expect(next(600, [aStep()], { lastReport: 20 })).toBeUndefined()
    expect(next(600, [aStep()], { lastReport: 20.001 })).toBe('stop')
  })

  it('the time counts from the answer, not from the call', () => {
    const slow = aStep({ at: evening, tookMs: 15 * second })

    expect(next(44, [slow], { lastReport: 44 })).toBeUndefined()
    expect(next(60, [slow], { lastReport: 34 })).toBeUndefined()
    expect(next(45, [slow], { lastReport: 40 })).toBe('stop')
  })

  it('an intent from before a restart gets the whole time, too', () => {
    const doneLate = aStep({ at: evening, tookMs: 5 * minute })

    expect(next(310, [doneLate], { lastReport: 310 })).toBeUndefined()
    expect(next(330, [doneLate], { lastReport: 330 })).toBe('stop')
  })

  it('each rung gets its own time', () => {
    const steps = [aStep(), aStep({ rung: 'stop', at: evening + 30 * second })]

    expect(next(45, steps, { lastReport: 45 })).toBeUndefined()
    expect(next(60, steps, { lastReport: 55 })).toBe('unshare')
  })
})

describe('after a rung that did not work', () => {
  it('the next follows at once when it cannot work', () => {
    const outcome = 'impossible'

    expect(next(0, [aStep({ outcome })])).toBe('stop')
    expect(next(0, [aStep({ outcome }), aStep({ rung: 'stop', outcome })])).toBe('unshare')
  })

  it.each<RungOutcome>(['refused', 'failed'])(
    '(%s) the same is tried again for as long as it has',
    (outcome) => {
      const failedAt = (at: number) => aStep({ outcome, at: evening + at * second, tookMs: at * second })

      expect(next(4, [failedAt(0)])).toBeUndefined()
      expect(next(5, [failedAt(0)])).toBe('terminate')
      expect(next(29, [failedAt(0), failedAt(24)])).toBe('terminate')
      expect(next(30, [failedAt(0), failedAt(29)])).toBe('stop')
    },
  )

  it('the same is tried again when nobody knows whether it worked, three times in all', () => {
    const unknown = aStep({ outcome: 'unknown' })

    expect(next(0, [unknown])).toBe('terminate')
    expect(next(0, [unknown, unknown])).toBe('terminate')
  })

  it('the next has to wait for a sign of life then, since each of them may have worked', () => {
    const unknown = aStep({ outcome: 'unknown' })
    const steps = [unknown, unknown, unknown]

    expect(next(0, steps)).toBeUndefined()
    expect(next(60, steps, { lastReport: 15 })).toBeUndefined()
    expect(next(29, steps, { lastReport: 25 })).toBeUndefined()
    expect(next(30, steps, { lastReport: 25 })).toBe('stop')
  })

  it('what is not known of one rung is not held against the next', () => {
    const unknown = aStep({ outcome: 'unknown' })
    const steps = [unknown, unknown, unknown, aStep({ rung: 'stop', outcome: 'unknown' })]

    expect(next(0, steps)).toBe('stop')
  })

  it('another stream is not held against this one', () => {
    const elsewhere = aStep({ outcome: 'unknown', stream: '12' })

    expect(next(0, [elsewhere, elsewhere, elsewhere, aStep({ outcome: 'unknown' })])).toBe('terminate')
  })
})

describe('the top of the ladder', () => {
  it.each<RungOutcome>(['accepted', 'gone', 'impossible', 'refused', 'failed'])(
    '(%s) is the end of it',
    (outcome) => {
      expect(next(900, [aStep({ rung: 'unshare', outcome })], { lastReport: 900 })).toBeUndefined()
    },
  )

  it('is tried three times when nobody knows, and then it is the end', () => {
    const unknown = aStep({ rung: 'unshare', outcome: 'unknown' })

    expect(next(900, [unknown, unknown])).toBe('unshare')
    expect(next(900, [unknown, unknown, unknown])).toBeUndefined()
  })

  it('is reached at once by a dry run, which only reports', () => {
    expect(next(900, [aStep({ rung: 'report' })], { lastReport: 900, ladder: ['report'] })).toBeUndefined()
  })
})

describe('the steps of a stream', () => {
  it('are those done to it since it was seen, in order', () => {
    const stream = aStream({ firstSeenAt: evening })
    const before = aStep({ at: evening - 1 })
    const first = aStep({ at: evening })
    const other = aStep({ stream: '12' })
    const second = aStep({ rung: 'stop', at: evening + 1 })
    const violation = aViolation({ streams: [stream], enforcement: [before, first, other, second] })

    expect(stepsFor(violation, stream)).toEqual([first, second])
  })
})
