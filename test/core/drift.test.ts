import { describe, expect, it } from 'vitest'
import type { DriftReport, Finding } from '../../src/core/access/drift-findings.js'
import { OtpError } from '../../src/core/errors.js'
import { drift as words } from '../../src/core/messages/drift.js'
import type { Assignment, Guest, Invitation } from '../../src/core/model.js'
import type { Change } from '../../src/core/ports.js'
import { guestId } from '../../src/core/records.js'
import {
  aLibrary,
  aMovie,
  anAssignment,
  anEpisode,
  hour,
  minute,
  second,
  theServer,
  unrestricted,
} from '../support/builders.js'
import { createStage, friend, neighbour, rarity, stranger } from '../support/stage.js'

function aStage(overrides: Parameters<typeof createStage>[0] = {}) {
  const stage = createStage(overrides)
  stage.plex.can({ canRestrict: true })
  return stage
}

type Stage = ReturnType<typeof aStage>

const look = (stage: Stage): Promise<DriftReport> => stage.soon(stage.core().drift())
const repair = (stage: Stage) => stage.soon(stage.core().repair({ by: 'key:owner' }))
const found = async (stage: Stage): Promise<Finding[]> => (await look(stage)).findings
const restrictedTo = (label: string) => ({
  ...unrestricted(),
  filters: { ...unrestricted().filters, movies: `label=${label}` },
})

/** Long enough that nothing counts as under way. */
const later = (stage: Stage) => stage.clock.leap(20 * minute)

async function write(stage: Stage, change: Change): Promise<void> {
  if (!(await stage.store.commit([change]))) throw new Error('The record was there already')
}

/** A record of somebody whom OTP does not watch, as one stays when an assignment was refused. */
async function remember(stage: Stage, more: Partial<Guest>): Promise<void> {
  const record: Guest = {
    ...friend,
    machineIdentifier: theServer,
    watched: false,
    before: { kind: 'none', settings: unrestricted() },
    givenLibraryKeys: [],
    ...more,
  }
  const id = guestId(record.machineIdentifier, record.plexId)
  await write(stage, { kind: 'guest', id, record, unless: 'exists' })
}

async function changeAssignment(stage: Stage, id: string, more: Partial<Assignment>): Promise<void> {
  const stored = await stage.store.read('assignment', id)
  if (!stored) throw new Error('There is no assignment')
  const record = { ...stored.record, ...more }
  await write(stage, { kind: 'assignment', id, record, ifRevision: stored.revision })
}

/** The friend has an episode in a library of their own. */
async function aPrivatePass() {
  const stage = aStage({ privateRoot: '/private' })
  const assigning = stage.assign({ media: 'rk:212', fence: 'private' })
  assigning.catch(() => {})
  await stage.clock.advance(0)
  const library = privateOne(stage)
  if (!library) throw new Error('No private library was made')
  stage.plex.items.push(anEpisode({ ratingKey: '912', libraryKey: library.key }))

  const { assignment } = await assigning
  return { stage, assignment }
}

const privateOne = ({ plex }: Stage) => plex.libraries.find((one) => one.folders[0]?.startsWith('/private'))

describe('nothing has drifted', () => {
  it('where nobody was ever a guest', async () => {
    const stage = aStage()
    expect(await look(stage)).toEqual({ findings: [], passedOver: [] })
    expect(stage.plex.said).toEqual([])
  })

  it.each([
    ['a film with the label', 'friend', 'rk:101', undefined],
    ['a whole show with the label', 'friend', 'rk:200', undefined],
    ['a shared library', 'neighbour', 'rk:101', undefined],
    ['a single item', 'friend', 'rk:101', 'item'],
    ['a film for somebody who was invited', 'stranger', 'rk:101', undefined],
  ] as const)('while somebody has %s, nor after it', async (_, guest, media, fence) => {
    const stage = aStage({ access: { itemGrants: true } })
    await stage.assign({ guest, media, ...(fence && { fence }) })
    await later(stage)
    expect(await look(stage)).toEqual({ findings: [], passedOver: [] })

    await stage.soon(stage.core().unassign({ guest, by: 'discord:1' }))
    await later(stage)
    expect(await look(stage)).toEqual({ findings: [], passedOver: [] })
  })

  it('while somebody has a private library, nor after it', async () => {
    const { stage } = await aPrivatePass()
    await later(stage)
    expect(await look(stage)).toEqual({ findings: [], passedOver: [] })

    await stage.soon(stage.core().unassign({ guest: 'friend', by: 'discord:1' }))
    await later(stage)
    expect(await look(stage)).toEqual({ findings: [], passedOver: [] })
  })

  it('where everything stays on purpose', async () => {
    const stage = aStage({ access: { whenDone: 'keep' } })
    await stage.assign()
    await stage.soon(stage.core().unassign({ guest: 'friend', by: 'discord:1' }))
    await later(stage)

    expect(stage.plex.labelsOf('101')).toEqual(['Otp-7001'])
    expect(await found(stage)).toEqual([])
  })
})

describe('a label that nobody needs', () => {
  it('and no record names is listed and left', async () => {
    const stage = aStage()
    stage.plex.label('101', 'Otp-7001')
    stage.plex.label('102', 'For-the-children')

    const [only, ...others] = await found(stage)
    expect(others).toEqual([])
    expect(only).toMatchObject({ kind: 'label', label: 'Otp-7001', repairable: false })
    expect(await repair(stage)).toMatchObject({ repaired: [], left: [{ kind: 'label' }] })
    expect(stage.plex.labelsOf('101')).toEqual(['Otp-7001'])
    expect(stage.plex.said).toEqual([])
  })

  it('and a guest record names is taken off', async () => {
    const stage = aStage()
    stage.plex.label('101', 'Otp-7001')
    stage.plex.label('102', 'Otp-7001')
    const label = { ratingKey: '101', type: 'movie' as const, libraryKey: '1', label: 'Otp-7001' }
    await remember(stage, { labelled: [label] })

    const { repaired, left } = await repair(stage)
    expect(repaired).toMatchObject([
      { kind: 'label', media: { ratingKey: '101' }, guest: { plexId: '7001' } },
    ])
    expect(left).toMatchObject([{ kind: 'label', media: { ratingKey: '102' }, repairable: false }])
    expect(stage.plex.said).toEqual(['unlabel 101 Otp-7001'])
  })

  it('and an invitation that came to nothing names is taken off; that of one under way is left', async () => {
    const stage = aStage()
    for (const [id, state] of [
      ['first', 'failed'],
      ['second', 'asked'],
    ] as const) {
      stage.plex.label('101', `Otp-${id}`)
      await write(stage, { kind: 'invitation', id, record: anInvitation(id, state), unless: 'exists' })
    }

    const { repaired, left } = await repair(stage)
    expect(repaired).toMatchObject([{ kind: 'label', label: 'Otp-first', invitationId: 'first' }])
    expect(left).toEqual([])
    expect(stage.plex.labelsOf('101')).toEqual(['Otp-second'])
  })
})

function anInvitation(id: string, state: Invitation['state']): Invitation {
  const { guest: _, ...assignment } = anAssignment({ id: `of-${id}`, access: 'giving' })
  return {
    id,
    machineIdentifier: theServer,
    invitee: stranger.username,
    libraryKeys: ['1'],
    filters: restrictedTo(`Otp-${id}`).filters,
    labelled: [{ ratingKey: '101', type: 'movie', libraryKey: '1', label: `Otp-${id}` }],
    purpose: { kind: 'assignment', assignment },
    state,
    at: 0,
    by: 'key:owner',
  }
}

describe('a restriction that nobody needs', () => {
  it('is listed and left when somebody else may have set it', async () => {
    const stage = aStage()
    stage.plex.setSettings(neighbour.plexId, restrictedTo('otp-7002'))

    expect(await found(stage)).toEqual([
      {
        kind: 'restriction',
        label: 'otp-7002',
        guest: { plexId: '7002', username: 'neighbour' },
        recorded: false,
        repairable: false,
      },
    ])
    await repair(stage)
    expect(stage.plex.said).toEqual([])
  })

  it('is taken back when the record has it among what OTP set', async () => {
    const stage = aStage()
    stage.plex.setSettings(friend.plexId, restrictedTo('Otp-7001'))
    await remember(stage, { settingsGiven: [restrictedTo('Otp-7001')] })

    expect(await repair(stage)).toMatchObject({ repaired: [{ kind: 'restriction' }], left: [] })
    expect(stage.plex.settingsOf(friend.plexId)).toEqual(unrestricted())
  })

  it('is that of an invitation under way, also where the account is not known', async () => {
    const stage = aStage()
    stage.plex.setSettings('', restrictedTo('Otp-second'))
    stage.plex.share('', ['1'], { invitedEmail: 'new@example.test', accepted: false })
    const [only] = await found(stage)
    expect(only).toMatchObject({ kind: 'restriction', label: 'Otp-second', repairable: false })

    const record = anInvitation('second', 'asked')
    await write(stage, { kind: 'invitation', id: 'second', record, unless: 'exists' })
    expect(await found(stage)).toEqual([])
  })
})

describe('a library that nobody needs', () => {
  it('is taken out of the share when the record says that OTP put it there, and nothing else is', async () => {
    const stage = aStage()
    stage.plex.share(friend.plexId, ['1', '2', '3'])
    await remember(stage, { before: { kind: 'libraries', libraryKeys: ['2'] }, givenLibraryKeys: ['1'] })

    const { repaired, left } = await repair(stage)
    expect(repaired).toEqual([
      {
        kind: 'library',
        library: { key: '1', title: 'Films' },
        guest: { plexId: '7001', username: 'friend' },
        repairable: true,
      },
    ])
    expect(left).toEqual([])
    expect(stage.plex.shareOf(friend.plexId)?.libraryKeys).toEqual(['2', '3'])
  })

  it('is of no interest where somebody else opened it', async () => {
    const stage = aStage()
    stage.plex.share(friend.plexId, ['1'])
    await remember(stage, {})
    expect(await found(stage)).toEqual([])
  })
})

describe('single items', () => {
  it('that nobody needs are taken back, unless somebody else granted more', async () => {
    const stage = aStage({ access: { itemGrants: true } })
    await stage.plex.account.grantItem({
      machineIdentifier: theServer,
      plexId: friend.plexId,
      ratingKey: '101',
    })
    await remember(stage, { grantedRatingKeys: ['101'] })
    expect(await repair(stage)).toMatchObject({
      repaired: [{ kind: 'grant', ratingKeys: ['101'] }],
      left: [],
    })
    expect(stage.plex.grants()).toEqual([])
  })

  it('beside those of somebody else are left', async () => {
    const stage = aStage({ access: { itemGrants: true } })
    for (const ratingKey of ['101', '102']) {
      await stage.plex.account.grantItem({ machineIdentifier: theServer, plexId: friend.plexId, ratingKey })
    }
    await remember(stage, { grantedRatingKeys: ['101'] })
    const said = [...stage.plex.said]
    expect(await repair(stage)).toMatchObject({ repaired: [], left: [{ kind: 'grant', repairable: false }] })
    expect(stage.plex.said).toEqual(said)
  })

  it('that plex.tv does not tell are said to be unknown, and not asked for where there are none', async () => {
    const stage = aStage()
    stage.plex.fail('grants', new OtpError('plex_refused', 'There is no such list.'), { times: Infinity })
    expect(await found(stage)).toEqual([])

    await remember(stage, { grantedRatingKeys: ['101'] })
    expect(await found(stage)).toEqual([
      { kind: 'grants-unknown', reason: 'There is no such list.', repairable: false },
    ])
  })
})

describe('a private library that nobody needs', () => {
  it('is removed when the server shows it although it was removed', async () => {
    const { stage, assignment } = await aPrivatePass()
    await stage.soon(stage.core().unassign({ guest: 'friend', by: 'discord:1' }))
    await later(stage)
    const record = (await stage.assignment(assignment.id)).privateLibrary
    if (!record) throw new Error('There was no private library')
    const { title, uuid = '' } = record
    stage.plex.libraries.push(aLibrary({ key: '99', title, uuid, folders: [`${record.folder}/`] }))

    const { repaired, left } = await repair(stage)
    expect(repaired).toMatchObject([
      { kind: 'private-library', library: { key: '99', title }, repairable: true },
    ])
    expect(left).toEqual([])
    expect(stage.plex.libraries.some((one) => one.key === '99')).toBe(false)
  })

  it('is left when somebody has given it another name', async () => {
    const { stage } = await aPrivatePass()
    const theirs = privateOne(stage)
    if (theirs) theirs.title = 'Keep this'
    await stage.soon(stage.core().unassign({ guest: 'friend', by: 'discord:1' }))
    await later(stage)

    expect(await repair(stage)).toMatchObject({
      repaired: [],
      left: [{ kind: 'private-library', library: { title: 'Keep this' }, recorded: true, repairable: false }],
    })
    expect(stage.plex.libraries).toContainEqual(expect.objectContaining({ title: 'Keep this' }))
  })

  it('made for an invitation that came to nothing goes with it', async () => {
    const stage = aStage({ privateRoot: '/private' })
    const { purpose, labelled: _, ...rest } = anInvitation('first', 'failed')
    if (purpose.kind === 'standing') throw new Error('It is for an assignment')
    const file = { path: '/private/otp-of-first/film.mkv', source: '/media/101.mkv', sizeBytes: 1_000 }
    const privateLibrary = {
      ...{ folder: '/private/otp-of-first', title: 'Arrival for stranger', type: 'movie' as const },
      ...{ files: [file], libraryKey: '80', uuid: 'uuid-80', copies: {}, step: 'made' as const },
    }
    const record = { ...rest, purpose: { ...purpose, assignment: { ...purpose.assignment, privateLibrary } } }
    await write(stage, { kind: 'invitation', id: 'first', record, unless: 'exists' })
    const { title, folder } = privateLibrary
    stage.plex.libraries.push(aLibrary({ key: '80', title, uuid: 'uuid-80', folders: [folder] }))
    await stage.shelf.port.stock([file], () => {})

    const { repaired, left } = await repair(stage)
    expect(repaired).toMatchObject([{ kind: 'private-library', invitationId: 'first', library: { title } }])
    expect(left).toEqual([])
    expect(stage.shelf.files()).toEqual([])
  })

  it('that no record names is listed, and what merely looks a little like one is not', async () => {
    const stage = aStage({ privateRoot: '/private' })
    const name = 'otp-7001-0123456789abcdefghjkmnpq'
    stage.plex.libraries.push(
      aLibrary({ key: '90', title: 'Under the root', folders: ['/private/otp-anything'] }),
      aLibrary({ key: '91', title: 'Elsewhere', folders: [`D:\\Films\\${name}\\`] }),
      aLibrary({ key: '92', title: 'Our films', folders: ['/media/otp-films'] }),
      aLibrary({ key: '93', title: 'Two folders', folders: [`/private/${name}`, '/media/more'] }),
    )

    const { repaired, left } = await repair(stage)
    expect(repaired).toEqual([])
    expect(left.map((one) => (one.kind === 'private-library' ? one.library.title : one.kind))).toEqual([
      'Under the root',
      'Elsewhere',
    ])
    expect(stage.plex.said).toEqual([])
  })
})

describe('what an open assignment lacks is listed, and OTP leaves it', () => {
  const changes: [string, string, (stage: Stage) => unknown][] = [
    [
      'library',
      'rk:101',
      ({ plex }) => plex.account.setLibraries({ ...shareOf('share-2'), libraryKeys: ['3'] }),
    ],
    ['share', 'rk:101', ({ plex }) => plex.account.removeShare(shareOf('share-2'))],
    ['restriction', 'rk:101', ({ plex }) => plex.setSettings(friend.plexId, unrestricted())],
    ['label', 'rk:101', ({ plex }) => plex.server.removeLabel({ ...labelled, label: 'Otp-7001' })],
    ['item', 'rk:101', ({ plex }) => plex.items.splice(0, 1)],
    [
      'no-downloads',
      'rk:101',
      ({ plex }) => plex.setSettings(friend.plexId, { ...restrictedTo('Otp-7001'), downloads: true }),
    ],
  ]
  const shareOf = (shareId: string) => ({ machineIdentifier: theServer, shareId })
  const labelled = { ratingKey: '101', type: 'movie' as const, libraryKey: '1' }

  it.each(changes)('%s', async (lacks, media, change) => {
    const stage = aStage()
    await stage.assign({ media })
    await change(stage)
    await later(stage)
    const said = [...stage.plex.said]

    expect((await found(stage)).filter((one) => one.kind === 'missing')).toMatchObject([
      { lacks, guest: { plexId: '7001' }, media: { ratingKey: '101' }, repairable: false },
    ])
    expect((await repair(stage)).repaired).toEqual([])
    expect(stage.plex.said).toEqual(said)
  })

  it('the private library, once for all that hangs on it', async () => {
    const { stage } = await aPrivatePass()
    stage.plex.libraries.splice(3)
    await later(stage)
    expect(await found(stage)).toMatchObject([{ kind: 'missing', lacks: 'private-library' }])
  })

  it('a single item', async () => {
    const stage = aStage({ access: { itemGrants: true } })
    await stage.assign({ fence: 'item' })
    for (const { grantId } of stage.plex.grants()) await stage.plex.account.removeGrant(grantId)
    await later(stage)
    expect(await found(stage)).toMatchObject([{ kind: 'missing', lacks: 'grant' }])
  })

  it('the connection to the owner', async () => {
    const stage = aStage()
    await stage.assign({ guest: 'stranger' })
    await stage.plex.account.removeShare(shareOf(stage.plex.shareOf(stranger.plexId)?.shareId ?? ''))
    await later(stage)
    expect(await found(stage)).toMatchObject([{ kind: 'missing', lacks: 'connection' }])
  })

  it('and nothing else of that guest is brought in line, which would give it again', async () => {
    const stage = aStage()
    await stage.assign()
    stage.plex.label('102', 'Otp-7001')
    const id = guestId(theServer, friend.plexId)
    const stored = await stage.store.read('guest', id)
    if (!stored) throw new Error('There is no guest')
    const more = { ratingKey: '102', type: 'movie' as const, libraryKey: '1', label: 'Otp-7001' }
    const record = { ...stored.record, labelled: [...(stored.record.labelled ?? []), more] }
    await write(stage, { kind: 'guest', id, record, ifRevision: stored.revision })
    await stage.plex.account.removeShare(shareOf('share-2'))
    await later(stage)

    const { repaired, left } = await repair(stage)
    expect(repaired).toEqual([])
    expect(left).toMatchObject([
      { kind: 'label', media: { ratingKey: '102' }, recorded: true, repairable: false },
      { kind: 'missing', lacks: 'share' },
    ])
    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
  })
})

describe('records that nobody went on with', () => {
  it('access that is still being taken away is tried once more', async () => {
    const stage = aStage()
    const { assignment } = await stage.assign()
    await changeAssignment(stage, assignment.id, {
      state: 'revoked',
      access: 'taking',
      endedAt: stage.clock.now(),
    })
    expect(await look(stage)).toMatchObject({ findings: [], passedOver: [{ username: 'friend' }] })

    await stage.clock.leap(hour)
    expect(await found(stage)).toContainEqual(expect.objectContaining({ kind: 'still-taking' }))
    const { repaired, left } = await repair(stage)
    expect(repaired.map((one) => one.kind)).toEqual(['label', 'restriction', 'library', 'still-taking'])
    expect(left).toEqual([])
    expect(stage.plex.shareOf(friend.plexId)).toBeUndefined()
    expect(await stage.guest(friend.plexId)).toMatchObject({ watched: false })
  })

  it('what cannot be taken away now is left, and the rest is not held up', async () => {
    const stage = aStage()
    const { assignment } = await stage.assign()
    await changeAssignment(stage, assignment.id, { state: 'revoked', access: 'taking', endedAt: 0 })
    stage.plex.label('102', 'Otp-7002')
    const label = { ratingKey: '102', type: 'movie' as const, libraryKey: '1', label: 'Otp-7002' }
    await remember(stage, { ...neighbour, labelled: [label] })
    const refusal = new OtpError('plex_refused', 'Not today.')
    stage.plex.fail('removeShare', refusal, { times: Infinity })
    await later(stage)

    const { repaired, left } = await repair(stage)
    expect(repaired).toMatchObject([{ kind: 'label', label: 'Otp-7002' }])
    expect(left).toContainEqual(expect.objectContaining({ kind: 'still-taking' }))
  })

  it('access that was begun and never finished is told, and left to the start', async () => {
    const stage = aStage()
    const record = anAssignment({ access: 'giving', guest: friend, createdAt: stage.clock.now() })
    await write(stage, { kind: 'assignment', id: record.id, record, unless: 'exists' })
    await remember(stage, {})
    expect(await look(stage)).toEqual({
      findings: [],
      passedOver: [{ plexId: '7001', username: 'friend' }],
    })

    await later(stage)
    expect(await repair(stage)).toMatchObject({ repaired: [], left: [{ kind: 'still-giving' }] })
    expect(stage.plex.said).toEqual([])
  })

  it('somebody who is watched without an assignment is let go, when nothing of theirs plays', async () => {
    const stage = aStage()
    await remember(stage, { watched: true })
    const key = stage.plex.play(friend.plexId, aMovie())
    expect(await found(stage)).toEqual([])

    stage.plex.leave(key)
    expect(await repair(stage)).toMatchObject({ repaired: [{ kind: 'still-watched' }], left: [] })
    expect(await stage.guest(friend.plexId)).toMatchObject({ watched: false })
  })

  it('whoever plays something on access that is over is left to the guard', async () => {
    const stage = aStage()
    const { assignment } = await stage.assign()
    await changeAssignment(stage, assignment.id, { state: 'revoked', access: 'taking', endedAt: 0 })
    stage.plex.play(friend.plexId, aMovie())
    await later(stage)

    expect((await repair(stage)).repaired).toEqual([])
    expect(stage.plex.shareOf(friend.plexId)).toBeDefined()
  })

  it('so is what another pass does not cover', async () => {
    const stage = aStage()
    const { assignment } = await stage.assign({ fence: 'library' })
    await stage.assign({ media: 'rk:212', fence: 'library', add: true, scope: 'granted' })
    await changeAssignment(stage, assignment.id, { state: 'revoked', access: 'taking', endedAt: 0 })
    const covered = stage.plex.play(friend.plexId, anEpisode())
    const astray = stage.plex.play(friend.plexId, aMovie())
    await later(stage)

    expect((await repair(stage)).repaired).toEqual([])
    expect(stage.plex.shareOf(friend.plexId)?.libraryKeys).toEqual(['1', '2'])

    stage.plex.leave(astray)
    expect((await repair(stage)).repaired.map((one) => one.kind)).toEqual(['library', 'still-taking'])
    expect(stage.plex.shareOf(friend.plexId)?.libraryKeys).toEqual(['2'])
    expect(stage.plex.isPlaying(covered)).toBe(true)
  })

  it('passes for another server are counted and left', async () => {
    const stage = aStage()
    await remember(stage, { machineIdentifier: 'server-two' })
    const record = anAssignment({ guest: friend, machineIdentifier: 'server-two' })
    await write(stage, { kind: 'assignment', id: record.id, record, unless: 'exists' })

    expect(await repair(stage)).toMatchObject({
      repaired: [],
      left: [{ kind: 'other-server', machineIdentifier: 'server-two', assignments: 1 }],
    })
    expect(stage.plex.said).toEqual([])
  })
})

describe('what is under way', () => {
  const passed = { findings: [], passedOver: [{ plexId: '7001', username: 'friend' }] }

  it('passes the guest over whose turn it is', async () => {
    const stage = aStage()
    stage.plex.label('102', 'Otp-7001')
    await remember(stage, {})
    stage.plex.fail('invite', new OtpError('plex_busy', 'Too many requests.', { retryAfterMs: 5_000 }))
    const inviting = stage.core().invite({ invitee: 'friend', library: 'Shows', by: 'discord:1' })
    await stage.clock.advance(0)

    expect(await look(stage)).toEqual(passed)
    await stage.soon(inviting)
    expect(await found(stage)).toMatchObject([{ kind: 'label' }])
  })

  it('passes the guest over whose record changes while Plex is read', async () => {
    const stage = aStage()
    stage.plex.label('102', 'Otp-7001')
    const { plexServer } = stage.ports
    stage.replaceCore({
      ...stage.ports,
      plexServer: {
        ...plexServer,
        async labelled(prefix) {
          await remember(stage, {})
          return plexServer.labelled(prefix)
        },
      },
    })
    expect(await look(stage)).toEqual(passed)
  })

  it('is told apart from what somebody watches', async () => {
    const stage = aStage()
    await stage.assign()
    await stage.start()
    stage.plex.play(friend.plexId, aMovie())
    await stage.clock.advance(10 * second)
    expect(await look(stage)).toEqual({ findings: [], passedOver: [] })
  })
})

it('a Plex that does not answer is no drift', async () => {
  const stage = aStage()
  stage.plex.cutOffAccount()
  await expect(look(stage)).rejects.toMatchObject({ code: 'plex_unreachable' })
})

it('an address is never repeated, and what is said names the thing and what to do', async () => {
  const stage = aStage()
  const addressed = { plexId: '7009', username: 'secret@example.test' }
  stage.plex.befriend(addressed)
  stage.plex.setSettings(addressed.plexId, restrictedTo('Otp-7009'))
  stage.plex.label(rarity.ratingKey, 'Otp-7009')

  const said = (await found(stage)).map(words.describe)
  expect(said).toEqual([
    {
      found: 'Rarity (2016) has the label Otp-7009 and no pass needs it.',
      remedy: expect.stringContaining('Remove the label from Rarity (2016) by hand.'),
    },
    {
      found: 'Account 7009 is restricted to the label Otp-7009 and no pass needs that.',
      remedy: expect.stringContaining('Remove the restriction in Plex'),
    },
  ])
})
