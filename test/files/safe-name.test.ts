import { describe, expect, test } from 'vitest'
import { safeName } from '../../src/files/safe-name.js'

describe('a name of a file or folder', () => {
  test.each([
    ['The Long Arrival (2016)', 'The Long Arrival (2016)'],
    ['AC/DC: Live', 'AC DC Live'],
    ['a\\b:c*d?e"f<g>h|i', 'a b c d e f g h i'],
    ['line\nbreak\ttab\u0000nul\u0085', 'line break tab nul'],
    ['..', 'untitled'],
    ['../../etc/passwd', 'etc passwd'],
    ['', 'untitled'],
    [' . ', 'untitled'],
    ['...hidden', 'hidden'],
    ['Wait for it... ', 'Wait for it'],
    ['M.A.S.H', 'M.A.S.H'],
    ['con', '_con'],
    ['COM1.mkv', '_COM1.mkv'],
    ['Aux .mkv', '_Aux .mkv'],
    ['Lpt³.txt', '_Lpt³.txt'],
    ['Contact', 'Contact'],
    ['Ame\u0301lie', 'Amélie'],
    ['lone \ud800 half', 'lone half'],
    ['葬送のフリーレン 🧝‍♀️', '葬送のフリーレン 🧝‍♀️'],
  ])('%j becomes %j', (name, safe) => {
    expect(safeName(name)).toBe(safe)
  })

  test.each(['ab', 'é', '葬', '🧝'])(
    'a long one of %s is cut between characters and keeps its ending',
    (sign) => {
      const cut = safeName(`${sign.repeat(200)}${sign.repeat(100)}.mkv`)

      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(230)
      expect(Buffer.byteLength(cut)).toBeGreaterThan(225)
      expect(cut.endsWith('.mkv')).toBe(true)
      expect(cut.slice(0, -4).replaceAll(sign, '').length).toBeLessThan(sign.length)
      expect(cut).not.toContain('\ufffd')
    },
  )

  test('what the cut leaves at the end is made safe too', () => {
    expect(safeName(`${'a'.repeat(229)} . bcd`)).toBe('a'.repeat(229))
  })
})
