import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readAnswer } from '../../src/plex/answer.js'
import {
  parseFriends,
  parseInvited,
  parseOwner,
  parseSectionIds,
  parseShares,
  withHome,
  withSettings,
} from '../../src/plex/parse-account.js'
import { parseGrants } from '../../src/plex/parse-grants.js'
import { readSettings, settingsAsJson, settingsAsQuery } from '../../src/plex/sharing-settings.js'

const noFilters = { movies: '', television: '', music: '', photos: '', all: '' }
const nothingSet = { downloads: false, filters: noFilters }
const juniper = { plexId: '40990001', username: 'juniper.vole', email: 'juniper@example.test' }
const juniperSettings = {
  downloads: true,
  filters: { ...noFilters, movies: 'label=Otp-4f2a', television: 'contentRating!=R' },
}

test('the owner is read from JSON and from XML', () => {
  const owner = { plexId: '90210001', username: 'quill', email: 'quill@example.test' }
  const xml = '<user id="90210001" title="quill" username="" email="quill@example.test"/>'

  expect(parseOwner({ ...owner, id: 90210001, authToken: 'x' })).toEqual(owner)
  expect(parseOwner(dataOf(xml, 'text/xml'))).toEqual(owner)
  expect(() => parseOwner({ username: 'quill' })).toThrow('whose account')
})

describe('people', () => {
  test('friends are read with what holds for them and their place in the Plex Home, pending ones too', () => {
    const rights = { channels: true, cameraUpload: false, subtitleAdmin: true, tuners: 2 }
    expect(parseFriends(fixture('users.xml'))).toEqual([
      { ...juniper, home: false, settings: juniperSettings },
      { plexId: '40990002', username: 'Little one', home: true, settings: nothingSet },
      { plexId: '40990003', username: 'no.home.field', home: false, settings: nothingSet },
      { plexId: '40990004', username: 'not.yet', home: false, settings: { ...nothingSet, rights } },
    ])
    expect(parseFriends(fixture('users-one.xml'))).toHaveLength(1)
    expect(parseFriends(dataOf('<MediaContainer size="0"/>', 'text/xml'))).toEqual([])
    expect(() => parseFriends({ errors: [] })).toThrow('no list of people')
  })

  test('members of the Plex Home are marked or added; who runs it, and a row without an id, are nobody', () => {
    const people = withHome(parseFriends(fixture('users.xml')), fixture('home.xml'))

    expect(people.map(({ username, home }) => [username, home])).toEqual([
      ['juniper.vole', false],
      ['Little one', true],
      ['no.home.field', true],
      ['not.yet', false],
      ['Small one', true],
    ])
    expect(withHome([], { MediaContainer: { User: [{ title: 'Nobody' }, {}, null] } })).toEqual([])
    expect(() => withHome([], {})).toThrow('no list of people')
  })

  test('a restriction that cannot be read is not "nothing is hidden"', () => {
    const odd = { MediaContainer: { User: [{ id: 1, username: 'a', filterMovies: ['label=X'] }] } }

    expect(() => parseFriends(odd)).toThrow('what somebody may see')
  })

  test('what OTP never gives is read as it is', () => {
    const settings = parseFriends(fixture('users.xml')).find((one) => one.plexId === '40990004')?.settings

    expect(settings?.rights).toEqual({
      channels: true,
      cameraUpload: false,
      subtitleAdmin: true,
      tuners: 2,
    })
  })
})

describe('shares', () => {
  test('those of all servers are read by the keys of their libraries; what is over is not', () => {
    expect(parseShares(fixture('shares-accepted.json'), true)).toEqual([
      {
        shareId: '18800001',
        machineIdentifier: 'abc',
        accepted: true,
        person: juniper,
        allLibraries: false,
        libraryKeys: ['3', '4'],
        settings: {
          downloads: true,
          filters: { ...noFilters, movies: 'label=Otp-4f2a', television: 'contentRating=PG%2CG' },
        },
      },
      {
        shareId: '18800004',
        machineIdentifier: 'another',
        accepted: true,
        person: { plexId: '40990001', username: '40990001' },
        allLibraries: false,
        libraryKeys: ['1'],
        settings: { downloads: true, filters: { ...noFilters, movies: 'label=Theirs' } },
      },
      {
        shareId: '18800005',
        machineIdentifier: 'abc',
        accepted: true,
        person: { plexId: '40990004', username: '40990004' },
        allLibraries: true,
        libraryKeys: [],
      },
      {
        shareId: '18800006',
        machineIdentifier: 'abc',
        accepted: true,
        invitedEmail: 'new@example.test',
        allLibraries: false,
        libraryKeys: ['3'],
      },
    ])
  })

  test.each([
    ['nothing', {}],
    ['null', { sharingSettings: null, invited: { id: 40990001, sharingSettings: null } }],
    ['an empty element', { sharingSettings: '', invited: { id: 40990001, sharingSettings: '' } }],
    ['an empty object', { sharingSettings: {}, invited: { id: 40990001, sharingSettings: {} } }],
  ])('where settings are said as %s, they are those of the person', (_what, said) => {
    const [share] = parseShares([{ id: 1, machineIdentifier: 'abc', invitedId: 40990001, ...said }], true)
    if (!share) throw new Error('The share was not read')
    const friends = parseFriends(fixture('users.xml'))

    expect(share).not.toHaveProperty('settings')
    expect(withSettings([share], friends)).toEqual([{ ...share, settings: juniperSettings }])
    expect(withSettings([share], [])).toEqual([{ ...share, settings: nothingSet }])
  })

  test('settings that a share tells anywhere are its own', () => {
    const sharingSettings = { allowSync: false, filterMovies: 'label=Mine' }
    const invited = { id: 40990001, sharingSettings: '' }
    const listed = parseShares([{ id: 1, machineIdentifier: 'abc', invited, sharingSettings }], true)

    expect(withSettings(listed, parseFriends(fixture('users.xml')))).toMatchObject([
      { settings: { downloads: false, filters: { ...noFilters, movies: 'label=Mine' } } },
    ])
  })

  test('nobody else’s settings stand for those of an address without an account', () => {
    const listed = parseShares([{ id: 1, machineIdentifier: 'abc', invitedEmail: 'new@example.test' }], false)

    expect(withSettings(listed, parseFriends(fixture('users.xml')))).toMatchObject([{ settings: nothingSet }])
  })

  test('they are read from XML too', () => {
    expect(parseShares(fixture('shares.xml'), false)).toEqual([
      {
        shareId: '18800001',
        machineIdentifier: 'abc',
        accepted: false,
        person: juniper,
        allLibraries: false,
        libraryKeys: ['3'],
        settings: { downloads: false, filters: { ...noFilters, movies: 'label=Otp-4f2a' } },
      },
    ])
    expect(parseShares(dataOf('<sharedServers/>', 'text/xml'), false)).toEqual([])
  })

  test.each([
    ['no list', {}],
    ['nothing at all', undefined],
    ['an entry that is no share', [null]],
    ['a share without an id', [{ machineIdentifier: 'abc' }]],
    ['a share of no server', [{ id: 1 }]],
    ['a library without a key', [{ id: 1, machineIdentifier: 'abc', libraries: [{ id: 5 }] }]],
    ['settings of another kind', [{ id: 1, machineIdentifier: 'abc', sharingSettings: 'all' }]],
    ['a filter of another kind', [{ id: 1, machineIdentifier: 'abc', sharingSettings: { filterAll: {} } }]],
  ])('%s makes the list unusable', (_what, data) => {
    expect(() => parseShares(data, true)).toThrow('The answer of plex.tv cannot be used')
  })
})

describe('what an invitation is answered', () => {
  const xml = (inside: string) => dataOf(`<MediaContainer size="1">${inside}</MediaContainer>`, 'text/xml')

  test('the share is read from the older route’s XML and from the newer one’s JSON', () => {
    expect(parseInvited(xml('<SharedServer id="18800001"><Section id="5"/></SharedServer>'))).toEqual({
      shareId: '18800001',
    })
    expect(parseInvited({ id: 18800001, machineIdentifier: 'abc' })).toEqual({ shareId: '18800001' })
  })

  test.each([
    ['nothing', undefined],
    ['an empty list', xml('')],
    ['a share without an id', xml('<SharedServer name="x"/>')],
    ['several shares', xml('<SharedServer id="1"/><SharedServer id="2"/>')],
    ['a list of something else', xml('<Server id="1"/>')],
    ['an id of another kind', { id: { of: 'it' } }],
    ['a list', [{ id: 1 }]],
    ['a word', 'OK'],
  ])('%s names no share, which is no error', (_what, data) => {
    expect(parseInvited(data)).toEqual({})
  })
})

describe('what holds for a person', () => {
  test.each([
    [true, true],
    ['1', true],
    [1, true],
    ['true', true],
    [false, false],
    ['0', false],
    [0, false],
    ['', false],
    [null, false],
    [undefined, false],
  ])('downloads said as %j are %j', (allowSync, downloads) => {
    expect(readSettings({ allowSync })).toMatchObject({ downloads })
  })

  test.each([
    ['label%3DOtp-4f2a', 'label=Otp-4f2a'],
    ['label!%3DOtp-4f2a', 'label!=Otp-4f2a'],
    ['label%3DA%252CB%7CcontentRating%3DPG', 'label=A%2CB|contentRating=PG'],
    ['label=A%2CB', 'label=A%2CB'],
    ['label=A,B&contentRating=PG', 'label=A,B&contentRating=PG'],
    ['label%3D%E0%A4', 'label%3D%E0%A4'],
    ['', ''],
    [null, ''],
  ])('the filter %j is read as %j', (filterAll, all) => {
    expect(readSettings({ filterAll })?.filters).toEqual({ ...noFilters, all })
  })

  test('nothing said means downloads off and nothing hidden', () => {
    expect(readSettings(undefined)).toEqual(nothingSet)
    expect(readSettings(null)).toEqual(nothingSet)
    expect(readSettings({})).toEqual(nothingSet)
  })

  test('all of it is written, and read back as it was', () => {
    const rights = { channels: true, cameraUpload: false, subtitleAdmin: true, tuners: 1 }
    const settings = {
      rights,
      downloads: true,
      filters: { movies: 'label=A%2CB', television: 'x=1', music: 'y=2', photos: 'z=3', all: 'a!=4' },
    }
    const written = settingsAsJson(settings)

    expect(Object.keys(settingsAsQuery(settings))).toEqual(Object.keys(written))
    expect(readSettings(written)).toEqual(settings)
    expect(readSettings(settingsAsQuery(settings))).toEqual(settings)
    expect(readSettings(settingsAsQuery(nothingSet))).toMatchObject(nothingSet)
  })
})

describe('items granted one by one', () => {
  const uri = 'server://abc/com.plexapp.plugins.library/library/metadata/6001'
  const grant = {
    grantId: '5500101',
    machineIdentifier: 'abc',
    plexId: '40990001',
    ratingKeys: ['6001'],
  }

  test('they are read from XML and from both forms of JSON', () => {
    const source = {
      id: 5500101,
      origin: 'server://abc',
      invited: { id: 40990001 },
      sharedItems: [{ id: 1, uri }],
    }

    expect(parseGrants(fixture('grants.xml'))).toEqual([grant])
    expect(parseGrants([source])).toEqual([grant])
    expect(parseGrants({ sharedSources: [source] })).toEqual([grant])
    expect(parseGrants(dataOf('<sharedSources/>', 'text/xml'))).toEqual([])
  })

  test('the address may be encoded; what is no item stands with its whole address', () => {
    const shared = (...uris: string[]) => [
      { id: 1, origin: 'server://abc', invitedId: 7, sharedItems: uris.map((one) => ({ uri: one })) },
    ]

    expect(parseGrants(shared(uri.replace('/library/metadata/', '%2Flibrary%2Fmetadata%2F')))).toMatchObject([
      { plexId: '7', ratingKeys: ['6001'] },
    ])
    expect(parseGrants(shared(uri, 'server://abc/x/library/collections/5/items'))).toMatchObject([
      { ratingKeys: ['6001', 'server://abc/x/library/collections/5/items'] },
    ])
  })

  test('what is no server’s is left out, and an address without an account has no person', () => {
    expect(parseGrants([{ id: 1, origin: 'provider://x', sharedItems: [{ uri: 'x' }] }])).toEqual([])
    expect(parseGrants([{ id: 1, origin: 'server://abc' }])).toEqual([
      { grantId: '1', machineIdentifier: 'abc', ratingKeys: [] },
    ])
  })

  test.each([
    ['no list', {}],
    ['an entry without an id', [{ origin: 'server://abc' }]],
    ['an item without an address', [{ id: 1, origin: 'server://abc', sharedItems: [{ id: 2 }] }]],
  ])('%s makes the list unusable', (_what, data) => {
    expect(() => parseGrants(data)).toThrow('The answer of plex.tv cannot be used')
  })
})

test('library keys are mapped to section ids, from JSON and from XML', () => {
  const xml = '<MediaContainer><Server name="x"><Section id="99100201" key="3"/></Server></MediaContainer>'
  const json = { librarySections: [{ id: 99100201, key: 3 }, { id: 99100202, key: '4' }, { key: 5 }] }

  expect([...parseSectionIds(json)]).toEqual([
    ['3', 99100201],
    ['4', 99100202],
  ])
  expect([...parseSectionIds(dataOf(xml, 'application/xml'))]).toEqual([['3', 99100201]])
  expect(parseSectionIds({}).size).toBe(0)
})

function fixture(file: string): unknown {
  const body = readFileSync(new URL(`../fixtures/plex/plex-tv/${file}`, import.meta.url), 'utf8')
  return dataOf(body, file.endsWith('.json') ? 'application/json' : 'text/xml;charset=utf-8')
}

function dataOf(body: string, type: string): unknown {
  const answer = readAnswer({ status: 200, type, body }, 0)
  if (answer.kind !== 'done') throw new Error(`The fixture is not readable: ${answer.reason}`)
  return answer.data
}
