import { describe, expect, test } from 'vitest'
import { readAnswer } from '../../src/plex/answer.js'
import { parseItems } from '../../src/plex/parse.js'
import {
  parseFiles,
  parseHistory,
  parseLabelled,
  parseLabelValues,
  parseLibraries,
  parsePage,
} from '../../src/plex/parse-library.js'

describe('libraries', () => {
  test('a server without libraries has none, and odd rows are left out', () => {
    expect(parseLibraries({ MediaContainer: { size: 0 } })).toEqual([])
    expect(parseLibraries({ MediaContainer: { Directory: [{ title: 'No key' }, 5, { key: 9 }] } })).toEqual([
      { key: '9', title: '', type: '', folders: [], scanning: false },
    ])
  })

  test('folders and scanning are read from JSON and from XML', () => {
    const films = {
      key: '3',
      title: 'Films & more',
      type: 'movie',
      uuid: '2c1f-aa',
      folders: ['/media/films'],
      scanning: true,
    }
    const { folders, scanning, ...facts } = films
    const json = { ...facts, refreshing: true, Location: [{ id: 5, path: '/media/films' }] }
    const row = `<Directory key="3" title="Films &amp; more" type="movie" uuid="2c1f-aa" refreshing="1">`

    expect(parseLibraries({ MediaContainer: { Directory: [json] } })).toEqual([films])
    expect(parseLibraries(fromXml(`${row}<Location id="5" path="/media/films"/></Directory>`))).toEqual([
      films,
    ])
  })

  test('a library may have several folders', () => {
    const rows = '<Directory key="3"><Location path="/a"/><Location/><Location path="/b"/></Directory>'

    expect(parseLibraries(fromXml(rows))[0]?.folders).toEqual(['/a', '/b'])
  })
})

describe('the credits', () => {
  test.each([
    ['the final ones', [credits(10, false), credits(70, true), credits(90, false)], 70],
    ['the last final ones', [credits(60, true), credits(80, true)], 80],
    ['without final ones the last, in any order', [credits(90), credits(40)], 90],
    ['an intro is none', [{ type: 'intro', startTimeOffset: 5, final: true }], undefined],
    ['nor is one without a place', [{ type: 'credits', final: true }], undefined],
    ['none', [], undefined],
  ])('%s', (_what, Marker, creditsAtMs) => {
    const [item] = parseItems({ MediaContainer: { Metadata: [{ ratingKey: 7, type: 'movie', Marker }] } })

    expect(item?.creditsAtMs).toBe(creditsAtMs)
  })

  test('from XML', () => {
    const marker = '<Marker type="credits" startTimeOffset="5400000" endTimeOffset="5500000" final="1"/>'

    expect(parseItems(fromXml(`<Video ratingKey="7" type="movie">${marker}</Video>`))[0]?.creditsAtMs).toBe(
      5_400_000,
    )
  })

  function credits(startTimeOffset: number, final?: boolean) {
    return { type: 'credits', startTimeOffset, ...(final !== undefined && { final: final ? '1' : '0' }) }
  }
})

describe('files', () => {
  test('the parts of the first version, from JSON and from XML', () => {
    const parts = [part('/media/a.mkv', 10), part('/media/b.mkv', '20')]
    const Media = [
      { id: 1, Part: parts },
      { id: 2, Part: [part('/media/small.mkv', 1)] },
    ]
    const paths = [
      ['/media/a.mkv', 10],
      ['/media/b.mkv', 20],
    ]
    const xml = parts.map(({ file, size }) => `<Part file="${file}" size="${size}"/>`).join('')

    expect(pathsIn({ MediaContainer: { Metadata: [{ ...film, Media }] } })).toEqual(paths)
    expect(pathsIn(fromXml(`<Video ratingKey="7" type="movie"><Media>${xml}</Media></Video>`))).toEqual(paths)
  })

  test('a copy that Plex made for small devices is passed over where there is another', () => {
    const small = { proxyType: 42, Part: [part('/plex/optimised.mp4', 1)] }
    const whole = { Part: [part('/media/a.mkv', 10)] }

    expect(pathsIn(withMedia([small, whole]))).toEqual([['/media/a.mkv', 10]])
    expect(pathsIn(withMedia([small]))).toEqual([['/plex/optimised.mp4', 1]])
  })

  test('an item without media has none, and half a film is worse than none', () => {
    expect(pathsIn(withMedia([]))).toEqual([])
    expect(() => pathsIn(withMedia([{ Part: [part('/media/a.mkv', 1), { size: 5 }] }]))).toThrow(
      'does not say which file The Long Arrival is in',
    )
  })

  const film = { ratingKey: '7', type: 'movie', title: 'The Long Arrival' }
  const part = (file: string, size: number | string) => ({ file, size })
  const withMedia = (Media: object[]) => ({ MediaContainer: { Metadata: [{ ...film, Media }] } })
  const pathsIn = (data: unknown) => parseFiles(data).map((one) => [one.path, one.sizeBytes])
})

describe('labels', () => {
  test('are read with their item, one or many', () => {
    const film = { ratingKey: '7', type: 'movie' }
    const data = { MediaContainer: { Metadata: [{ ...film, Label: { id: 1, tag: 'Kids, 4+' } }, film] } }

    expect(parseLabelled(data).map((one) => one.labels)).toEqual([['Kids, 4+'], []])
    const two = '<Label id="1" tag="A &amp; b"/><Label tag="Otp-4"/>'
    expect(parseLabelled(fromXml(`<Video ratingKey="7" type="movie">${two}</Video>`))).toMatchObject([
      { item: { ratingKey: '7' }, labels: ['A & b', 'Otp-4'] },
    ])
  })

  test('stand for a number, by itself or in an address', () => {
    const rows = [
      { key: '77', title: 'Otp-1' },
      { key: 78, title: 'Otp-2' },
      { key: '/library/sections/3/all?type=1&label=79', title: 'Otp-3' },
      { key: 'otp-4', fastKey: '/library/sections/3/all?label=80', title: 'Otp-4' },
      { key: '81' },
      { key: 'x', title: 'Otp-6' },
    ]

    expect(parseLabelValues({ MediaContainer: { Directory: rows } })).toEqual([
      { id: '77', label: 'Otp-1' },
      { id: '78', label: 'Otp-2' },
      { id: '79', label: 'Otp-3' },
      { id: '80', label: 'Otp-4' },
    ])
  })
})

describe('a page', () => {
  test('says where it lies, or does not', () => {
    const rows = [{ ratingKey: '1' }]

    expect(parsePage({ MediaContainer: { offset: '20', totalSize: 21, Metadata: rows } })).toEqual({
      rows,
      offset: 20,
      totalSize: 21,
    })
    expect(parsePage({ MediaContainer: { size: 0 } })).toEqual({ rows: [] })
    expect(() => parsePage({})).toThrow('no MediaContainer')
  })

  test('of the history tells what, when and who', () => {
    const rows = [
      { ratingKey: 7, viewedAt: '1930203000', accountID: 40112233 },
      { viewedAt: 1930203001, accountID: '1' },
      { ratingKey: '8', accountID: 1 },
      'nonsense',
    ]

    expect(parseHistory(rows)).toEqual([
      { ratingKey: '7', viewedAt: 1_930_203_000_000, plexId: '40112233' },
      { viewedAt: 1_930_203_001_000, plexId: '1' },
    ])
  })
})

function fromXml(inside: string): unknown {
  const body = `<?xml version="1.0"?><MediaContainer>${inside}</MediaContainer>`
  const answer = readAnswer({ status: 200, type: 'text/xml', body }, 0)
  if (answer.kind !== 'done') throw new Error(answer.reason)
  return answer.data
}
