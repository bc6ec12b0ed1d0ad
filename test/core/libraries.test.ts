import { describe, expect, it } from 'vitest'
import { OtpError } from '../../src/core/errors.js'
import type { Assignment, Invitation } from '../../src/core/model.js'
import { anAssignment, evening, theServer } from '../support/builders.js'
import { admin, createStage } from '../support/stage.js'

const aNewOne = { title: 'Short Films', type: 'movie', folders: ['/media/short'], by: admin } as const
const rarities = { key: '3', confirm: 'Rarities', by: admin }

describe('a new library', () => {
  it('is made and scanned', async () => {
    const { core, plex } = createStage()
    const made = await core().makeLibrary({ ...aNewOne, title: ' Short Films ' })

    expect(made).toMatchObject({ title: 'Short Films', type: 'movie', folders: ['/media/short'] })
    expect(plex.said).toEqual(['make library Short Films', 'scan Short Films'])
    expect(await core().libraries()).toContainEqual(made)
  })

  it.each([
    ['a title that is taken', { title: 'FILMS' }, 'conflict', /"FILMS" already/],
    ['no title', { title: ' ' }, 'invalid_input', /^name: /],
    ['no folder', { folders: [] }, 'invalid_input', /^path: /],
    ['a folder from nowhere', { folders: ['/media', 'films'] }, 'invalid_input', /^path: .*"films"/],
  ])('with %s is refused', async (_, wish, code, message) => {
    const { core, plex } = createStage()

    await expect(core().makeLibrary({ ...aNewOne, ...wish })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    })
    expect(plex.said).toEqual([])
  })

  it.each(['C:\\Media', 'd:/media', '\\\\nas\\media'])('may be at %s on the server', async (folder) => {
    const { core } = createStage()

    expect(await core().makeLibrary({ ...aNewOne, folders: [folder, folder] })).toMatchObject({
      folders: [folder],
    })
  })

  it('that could not be scanned is there all the same, and that is said', async () => {
    const { core, plex } = createStage()
    plex.fail('scan', new OtpError('plex_unreachable', 'The Plex server did not answer in time.'))

    await expect(core().makeLibrary(aNewOne)).rejects.toMatchObject({
      code: 'plex_unreachable',
      message: expect.stringMatching(/"Short Films" was made, .*did not answer in time\. Start the scan/),
    })
    expect(await core().libraries()).toHaveLength(4)
  })
})

describe('removing a library', () => {
  it('needs its exact title, and leaves its files alone', async () => {
    const { core, plex } = createStage()

    for (const confirm of [undefined, 'rarities', 'Rarities ', '3']) {
      const request = { key: '3', by: admin, ...(confirm !== undefined && { confirm }) }
      await expect(core().removeLibrary(request)).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringMatching(/^confirm: expected "Rarities".*files stay/),
      })
    }
    expect(plex.said).toEqual([])

    expect(await core().removeLibrary(rarities)).toMatchObject({ key: '3', title: 'Rarities' })
    expect(plex.said).toEqual(['delete library Rarities'])
  })

  it('that is not there is refused', async () => {
    const { core } = createStage()

    await expect(core().removeLibrary({ ...rarities, key: '99' })).rejects.toMatchObject({
      code: 'library_not_found',
    })
  })

  it.each<[string, Partial<Assignment>]>([
    ['its item is lent from it', { media: { ...anAssignment().media, libraryKey: '3' } }],
    [
      'it is the private library of a guest',
      {
        fence: 'private',
        privateLibrary: {
          folder: '/private/one',
          title: 'Rarities',
          type: 'movie',
          files: [],
          copies: {},
          step: 'made',
          libraryKey: '3',
        },
      },
    ],
    [
      'its access is still to be taken away',
      { media: { ...anAssignment().media, libraryKey: '3' }, state: 'revoked', access: 'taking' },
    ],
  ])('while %s is refused', async (_, assignment) => {
    const { core, store, plex } = createStage()
    const record = anAssignment(assignment)
    await store.commit([{ kind: 'assignment', id: record.id, record, unless: 'exists' }])

    await expect(core().removeLibrary(rarities)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/"Rarities" stays.*Arrival \(2016\) for guest/),
    })
    expect(plex.said).toEqual([])
  })

  it('while somebody is being invited for something in it is refused', async () => {
    const { core, store } = createStage()
    const { guest: _, ...assignment } = anAssignment({ media: { ...anAssignment().media, libraryKey: '3' } })
    const record: Invitation = {
      id: 'i1',
      machineIdentifier: theServer,
      invitee: 'stranger',
      libraryKeys: ['3'],
      purpose: { kind: 'assignment', assignment },
      state: 'asked',
      at: evening,
      by: admin,
    }
    await store.commit([{ kind: 'invitation', id: 'i1', record, unless: 'exists' }])

    await expect(core().removeLibrary(rarities)).rejects.toMatchObject({ code: 'conflict' })
  })

  it.each<[string, Partial<Assignment>]>([
    ['is over', { state: 'finished', access: 'taken' }],
    ['belongs to another server', { machineIdentifier: 'server-two' }],
  ])('does not mind an assignment that %s', async (_, more) => {
    const { core, store, plex } = createStage()
    const record = anAssignment({ media: { ...anAssignment().media, libraryKey: '3' }, ...more })
    await store.commit([{ kind: 'assignment', id: record.id, record, unless: 'exists' }])

    await core().removeLibrary(rarities)
    expect(plex.said).toEqual(['delete library Rarities'])
  })
})
