import { describe, expect, it } from 'vitest'
import { createPrivateLibraries, leftBehind, linkKeyOf } from '../../src/core/access/private-library.js'
import { OtpError } from '../../src/core/errors.js'
import type { Assignment, Invitation, MediaItem, PrivateLibrary } from '../../src/core/model.js'
import type { Ports } from '../../src/core/ports.js'
import {
  aLibrary,
  aMovie,
  anAssignment,
  anEpisode,
  aSeason,
  aShow,
  minute,
  second,
  theServer,
} from '../support/builders.js'
import { createMortalPorts, type Death } from '../support/mortal-ports.js'
import { createStage, friend, type Stage, stranger, theInvitation } from '../support/stage.js'

const id = 'assignment-1'
const folder = `/private/otp-${friend.plexId}-${id}`
const firstEpisode = anEpisode({
  ratingKey: '211',
  guid: 'plex://episode/severance-1-1',
  title: 'Good News About Hell',
  episode: 1,
})
/** Where the copied show and season live. */
const copied = { parentRatingKey: '6910', grandparentRatingKey: '6900' }

const silent = new OtpError('plex_unreachable', 'The server did not answer.')

/** A server on which the friend is about to get the item privately, and what a scan of the folder would find. */
async function aStage(
  media: MediaItem = anEpisode(),
  finds: MediaItem[] = [anEpisode(copied)],
): Promise<Stage> {
  const stage = createStage({ privateRoot: '/private' })
  for (const one of [folder, `${folder}/`]) stage.plex.holds(one, finds)
  await put(stage, aPrivateAssignment(media))
  return stage
}

function aPrivateAssignment(media: MediaItem = anEpisode(), more: Partial<Assignment> = {}): Assignment {
  const guest = { plexId: friend.plexId, username: friend.username }
  return anAssignment({ id, guest, media, fence: 'private', access: 'giving', ...more })
}

async function put(stage: Stage, record: Assignment): Promise<void> {
  await stage.store.commit([{ kind: 'assignment', id: record.id, record, unless: 'exists' }])
}

const privately = (stage: Stage, ports: Ports = stage.ports) => createPrivateLibraries(ports)
const make = (stage: Stage) => stage.soon(privately(stage).make(id), 3 * minute)
const remove = (stage: Stage) => stage.soon(privately(stage).remove(id), 3 * minute)

async function recorded(stage: Stage) {
  return (await stage.store.read('assignment', id))?.record.privateLibrary
}

async function change(stage: Stage, changed: Partial<Assignment>): Promise<void> {
  const stored = await stage.store.read('assignment', id)
  if (!stored) throw new Error('There is no assignment')
  const record = { ...stored.record, ...changed }
  await stage.store.commit([{ kind: 'assignment', id, record, ifRevision: stored.revision }])
}

/** Libraries of the folder, which should be one or none. */
const standing = (stage: Stage) => stage.plex.libraries.filter((one) => one.folders[0]?.startsWith(folder))
const timesAsked = (stage: Stage) => stage.plex.said.filter((one) => one.startsWith('make library')).length

/** The owner removes the library by hand. */
function takeAway(stage: Stage): void {
  const at = stage.plex.libraries.findIndex((one) => one.folders.includes(folder))
  stage.plex.libraries.splice(at, 1)
}

/** Begins something, and lets it come as far as it does without waiting. */
async function begin<T>(stage: Stage, work: Promise<T>): Promise<{ done: Promise<T> }> {
  work.catch(() => {})
  await stage.clock.advance(0)
  return { done: work }
}

describe('making a private library', () => {
  it('links the file, makes the library, scans it and knows the copy', async () => {
    const stage = await aStage()
    const made = await make(stage)

    expect(stage.shelf.files()).toEqual([
      `${folder}/Severance (2022)/Season 01/Severance - s01e02 - Half Loop.mkv`,
    ])
    expect(stage.plex.said).toEqual([
      'make library Severance S01E02 for friend',
      'scan Severance S01E02 for friend',
    ])
    expect(standing(stage)).toMatchObject([{ type: 'show', folders: [folder] }])
    const [copy] = await stage.plex.server.itemsIn(made.libraryKey ?? '', 'episode')
    expect(made).toMatchObject({
      step: 'made',
      libraryKey: standing(stage)[0]?.key,
      uuid: standing(stage)[0]?.uuid,
      copies: { '212': copy?.ratingKey },
    })
    expect(made).not.toHaveProperty('progress')
    expect(await recorded(stage)).toEqual(made)
  })

  it('of a film makes a library of films', async () => {
    const stage = await aStage(aMovie(), [aMovie({ guid: 'local://1' })])
    const made = await make(stage)

    expect(made.files).toEqual([
      {
        path: `${folder}/Arrival (2016)/Arrival (2016).mkv`,
        source: '/media/101.mkv',
        sizeBytes: 1_000,
      },
    ])
    expect(made).toMatchObject({ type: 'movie', title: 'Arrival (2016) for friend' })
    const [copy] = await stage.plex.server.itemsIn(made.libraryKey ?? '', 'movie')
    expect(made.copies).toEqual({ '101': copy?.ratingKey })
  })

  it('of a season copies every episode, and knows the copied season', async () => {
    const finds = [{ ...firstEpisode, ...copied }, anEpisode(copied), aShow()]
    const stage = await aStage(aSeason(), finds)
    const made = await make(stage)

    expect(made.files).toHaveLength(2)
    expect(Object.keys(made.copies).sort()).toEqual(['210', '211', '212'])
    expect(made.copies['210']).toBe('6910')
  })

  it('again answers what is there and asks for nothing', async () => {
    const stage = await aStage()
    const made = await make(stage)
    const said = [...stage.plex.said]

    expect(await make(stage)).toEqual(made)
    expect(stage.plex.said).toEqual(said)
  })

  it('after it was removed makes another one', async () => {
    const stage = await aStage()
    await make(stage)
    await remove(stage)

    expect(await make(stage)).toMatchObject({ step: 'made' })
    expect(standing(stage)).toHaveLength(1)
    expect(stage.shelf.files()).toHaveLength(1)
  })

  it('that was being removed finishes that first', async () => {
    const stage = await aStage()
    await make(stage)
    stage.shelf.fail('clear', new OtpError('fence_unavailable', 'The disk is away.'))
    await expect(remove(stage)).rejects.toMatchObject({ message: 'The disk is away.' })

    expect(await make(stage)).toMatchObject({ step: 'made' })
    expect(standing(stage)).toHaveLength(1)
  })

  it('never has the title of another library', async () => {
    const stage = await aStage()
    stage.plex.libraries.push(aLibrary({ key: '8', title: 'severance s01e02 for FRIEND' }))

    expect(await make(stage)).toMatchObject({ title: 'Severance S01E02 for friend (nt-1)' })
  })

  it('tells how far a copy is, at most every two seconds', async () => {
    const stage = await aStage()
    const seen: unknown[] = []
    const { commit } = stage.store
    stage.store.commit = async (changes) => {
      for (const one of changes) {
        if (one.kind === 'assignment') seen.push(one.record.privateLibrary?.progress?.doneBytes)
      }
      return commit(changes)
    }
    stage.ports.shelf = {
      ...stage.shelf.port,
      stock: async (files, onProgress) => {
        for (let done = 1; done <= 10; done += 1) {
          await stage.clock.sleep(second)
          onProgress(done * 100, 1_000)
        }
        await stage.shelf.port.stock(files, () => {})
      },
    }
    await make(stage)

    expect([...new Set(seen)]).toEqual([undefined, 200, 400, 600, 800, 1_000])
  })

  it('stops copying when the assignment ends meanwhile', async () => {
    const stage = await aStage()
    stage.ports.shelf = {
      ...stage.shelf.port,
      stock: async (_files, onProgress, signal) => {
        for (let done = 1; !signal?.aborted; done += 1) {
          await stage.clock.sleep(second)
          onProgress(done, 1_000_000)
        }
        throw new OtpError('fence_unavailable', 'The copying was stopped.')
      },
    }
    const making = await begin(stage, privately(stage).make(id))
    await stage.clock.advance(5 * second)
    await change(stage, { state: 'revoked' })

    await expect(stage.soon(making.done)).rejects.toMatchObject({ code: 'conflict' })
    expect(timesAsked(stage)).toBe(0)
  })

  it('ends with the assignment also while Plex scans', async () => {
    const stage = await aStage(anEpisode(), [])
    const making = await begin(stage, privately(stage).make(id))
    await stage.clock.advance(5 * second)
    await change(stage, { state: 'revoked' })

    await expect(stage.soon(making.done, 10 * second)).rejects.toMatchObject({ code: 'conflict' })
    await remove(stage)
    expect(standing(stage)).toEqual([])
  })

  it('waits for a scan that takes long, and for a server that is busy with it', async () => {
    const stage = await aStage(anEpisode(), [])
    const making = await begin(stage, privately(stage).make(id))
    await stage.clock.advance(30 * second)
    stage.plex.fail('itemsIn', silent)
    await stage.clock.advance(minute)
    stage.plex.items.push(anEpisode({ ratingKey: '7300', libraryKey: standing(stage)[0]?.key ?? '' }))

    expect(await stage.soon(making.done)).toMatchObject({ step: 'made', copies: { '212': '7300' } })
  })
})

describe('a private library that cannot be made', () => {
  it('for want of a root is refused before anything is written', async () => {
    const stage = createStage()
    await put(stage, aPrivateAssignment())

    await expect(make(stage)).rejects.toMatchObject({
      code: 'fence_unavailable',
      message: expect.stringContaining('private_root'),
    })
    expect(await recorded(stage)).toBeUndefined()
  })

  it.each(['/', '/private', '/private/'])(
    'because Plex would list the copies in %s too is refused',
    async (around) => {
      const stage = await aStage()
      stage.plex.libraries.push(aLibrary({ key: '8', title: 'Everything', folders: ['/media/old', around] }))

      await expect(make(stage)).rejects.toMatchObject({
        code: 'fence_unavailable',
        message: expect.stringMatching(/"private" cannot be put up: .*private_root is inside.*"Everything"/),
      })
      expect(await recorded(stage)).toBeUndefined()
      expect(stage.shelf.files()).toEqual([])
      expect(timesAsked(stage)).toBe(0)
    },
  )

  it('for want of files is refused', async () => {
    const stage = await aStage(anEpisode({ ratingKey: '999' }))

    await expect(make(stage)).rejects.toMatchObject({
      code: 'fence_unavailable',
      message: expect.stringContaining('Severance S01E02 · Half Loop'),
    })
    expect(await recorded(stage)).toBeUndefined()
  })

  it('because the disk refuses leaves a plan that can be removed', async () => {
    const stage = await aStage()
    stage.shelf.fail('stock', new OtpError('fence_unavailable', 'The disk is full.'), { after: true })

    await expect(make(stage)).rejects.toMatchObject({ message: 'The disk is full.' })
    await remove(stage)
    expect(stage.shelf.files()).toEqual([])
    expect(timesAsked(stage)).toBe(0)
  })

  it("because the server refuses says so in Plex's own words, and is removed without waiting", async () => {
    const stage = await aStage()
    stage.plex.fail('createLibrary', new OtpError('plex_refused', 'Plex refused: no such folder.'))

    await expect(make(stage)).rejects.toMatchObject({
      code: 'fence_unavailable',
      message: expect.stringContaining('no such folder'),
    })
    const before = stage.clock.now()
    await remove(stage)
    expect(stage.clock.now() - before).toBeLessThan(second)
    expect(stage.shelf.files()).toEqual([])
  })

  it('because the server takes no more requests says when to try again', async () => {
    const stage = await aStage()
    stage.plex.fail('createLibrary', new OtpError('plex_busy', 'Later.', { retryAfterMs: 5_000 }))

    await expect(make(stage)).rejects.toMatchObject({ code: 'plex_busy', retryAfterMs: 5_000 })
  })

  it('because the scan finds nothing is refused after two minutes', async () => {
    const stage = await aStage(anEpisode(), [])
    const before = stage.clock.now()

    await expect(make(stage)).rejects.toMatchObject({
      code: 'fence_unavailable',
      message: expect.stringContaining('lists 0 of 1'),
    })
    expect(stage.clock.now() - before).toBeGreaterThan(110 * second)
    expect(stage.clock.now() - before).toBeLessThanOrEqual(121 * second)
    await remove(stage)
    expect(standing(stage)).toEqual([])
  })

  it('because the server falls silent during the scan is refused with that', async () => {
    const stage = await aStage()
    stage.plex.fail('itemsIn', silent, { times: Infinity })

    await expect(make(stage)).rejects.toMatchObject({ code: 'plex_unreachable' })
  })

  it('because it holds something else too is refused at once', async () => {
    const stage = await aStage(anEpisode(), [anEpisode(), firstEpisode])
    const before = stage.clock.now()

    await expect(make(stage)).rejects.toMatchObject({
      code: 'fence_unavailable',
      message: expect.stringContaining('should hold 1 and lists 2'),
    })
    expect(stage.clock.now() - before).toBeLessThan(2 * second)
  })

  it('because the copies cannot be told apart is refused', async () => {
    const strange = (ratingKey: string, episode: number) =>
      anEpisode({ ratingKey, guid: `local://${ratingKey}`, title: 'What', season: 9, episode })
    const stage = await aStage(aSeason(), [strange('1', 1), strange('2', 2)])

    await expect(make(stage)).rejects.toMatchObject({
      code: 'fence_unavailable',
      message: expect.stringContaining('numbers and titles'),
    })
  })

  it('because somebody removed it meanwhile is refused, and no second one is made', async () => {
    const stage = await aStage(anEpisode(), [])
    await make(stage).catch(() => {})
    takeAway(stage)

    await expect(make(stage)).rejects.toMatchObject({ code: 'fence_unavailable' })
    expect(timesAsked(stage)).toBe(1)
  })

  it('because it was given another folder meanwhile is refused', async () => {
    const stage = await aStage(anEpisode(), [])
    await make(stage).catch(() => {})
    standing(stage)[0]?.folders.push('/media/films')

    await expect(make(stage)).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('a library that was asked for without an answer', () => {
  it('is found', async () => {
    const stage = await aStage()
    stage.plex.fail('createLibrary', silent, { after: true })

    expect(await make(stage)).toMatchObject({ step: 'made', libraryKey: standing(stage)[0]?.key })
    expect(timesAsked(stage)).toBe(1)
  })

  it('is waited for', async () => {
    const stage = await aStage()
    stage.plex.fail('createLibrary', silent)
    const making = await begin(stage, privately(stage).make(id))
    await stage.clock.advance(20 * second)
    stage.plex.libraries.push(late())

    expect(await stage.soon(making.done)).toMatchObject({ step: 'made', libraryKey: '88', uuid: 'late' })
    expect(timesAsked(stage)).toBe(0)
  })

  it('and never shows, is not asked for again', async () => {
    const stage = await aStage()
    stage.plex.fail('createLibrary', silent)

    await expect(make(stage)).rejects.toMatchObject({ code: 'plex_unreachable' })
    expect(stage.plex.asked('createLibrary')).toBe(1)
    await remove(stage)
    expect(stage.shelf.files()).toEqual([])
  })

  it('is waited for by the next process before it asks, or removes', async () => {
    for (const last of ['make', 'remove'] as const) {
      const stage = await aStage()
      const mortal: Ports = {
        ...stage.ports,
        plexServer: { ...stage.plex.server, createLibrary: () => new Promise(() => {}) },
      }
      await begin(stage, privately(stage, mortal).make(id))
      await stage.clock.advance(second)
      const work = await begin<unknown>(stage, privately(stage)[last](id))
      await stage.clock.advance(20 * second)
      stage.plex.libraries.push(late())
      await stage.soon(work.done)

      expect(standing(stage)).toHaveLength(last === 'make' ? 1 : 0)
      expect(timesAsked(stage)).toBe(0)
    }
  })

  it('and shows after all was removed, is reported', async () => {
    const stage = await aStage()
    stage.plex.fail('createLibrary', silent)
    await make(stage).catch(() => {})
    await remove(stage)
    stage.plex.libraries.push(late())

    const left = leftBehind(await stage.records('assignment'), stage.plex.libraries)
    expect(left).toMatchObject([{ assignment: { id }, library: { key: '88' } }])
  })

  function late() {
    const title = 'Severance S01E02 for friend'
    return aLibrary({ key: '88', uuid: 'late', title, type: 'show', folders: [`${folder}/`] })
  }
})

describe('removing a private library', () => {
  it('removes the library, then the files', async () => {
    const stage = await aStage()
    await make(stage)
    await remove(stage)

    expect(standing(stage)).toEqual([])
    expect(stage.shelf.files()).toEqual([])
    expect(await recorded(stage)).toMatchObject({ step: 'removed' })
    expect(stage.plex.items).toContainEqual(anEpisode())
  })

  it('twice, or where there is none, is fine', async () => {
    const stage = await aStage()
    await remove(stage)
    expect(await recorded(stage)).toBeUndefined()

    await make(stage)
    await remove(stage)
    await remove(stage)
    expect(stage.plex.said.filter((one) => one.startsWith('delete'))).toHaveLength(1)
  })

  it('that the owner removed already removes the files', async () => {
    const stage = await aStage()
    await make(stage)
    takeAway(stage)
    await remove(stage)

    expect(stage.shelf.files()).toEqual([])
    expect(await recorded(stage)).toMatchObject({ step: 'removed' })
  })

  it.each<[string, (stage: Stage) => void]>([
    ['renamed', (stage) => Object.assign(standing(stage)[0] ?? {}, { title: 'Mine' })],
    ['given another folder', (stage) => standing(stage)[0]?.folders.push('/media/films')],
    ['made anew', (stage) => Object.assign(standing(stage)[0] ?? {}, { uuid: 'another' })],
  ])('that somebody has %s leaves it and its files, and says so', async (_what, meddle) => {
    const stage = await aStage()
    await make(stage)
    meddle(stage)

    await expect(remove(stage)).rejects.toMatchObject({ code: 'conflict' })
    expect(standing(stage)).toHaveLength(1)
    expect(stage.shelf.files()).toHaveLength(1)
    expect(await recorded(stage)).toMatchObject({ step: 'removing' })
  })

  it('leaves another library that got its key', async () => {
    const stage = await aStage()
    const made = await make(stage)
    takeAway(stage)
    const other = aLibrary({ key: made.libraryKey ?? '', uuid: 'another', title: made.title })
    stage.plex.libraries.push(other)
    await remove(stage)

    expect(stage.plex.libraries).toContainEqual(other)
  })

  it('that goes on being listed leaves the files for the next try', async () => {
    const stage = await aStage()
    await make(stage)
    const { deleteLibrary } = stage.plex.server
    stage.plex.server.deleteLibrary = async () => {}

    await expect(remove(stage)).rejects.toMatchObject({
      code: 'plex_refused',
      message: expect.stringContaining('still lists it'),
    })
    expect(stage.shelf.files()).toHaveLength(1)

    stage.plex.server.deleteLibrary = deleteLibrary
    await remove(stage)
    expect(stage.shelf.files()).toEqual([])
  })

  it('without an answer goes on the next time', async () => {
    const stage = await aStage()
    await make(stage)
    stage.plex.fail('deleteLibrary', silent, { after: true })

    await expect(remove(stage)).rejects.toMatchObject({ code: 'plex_unreachable' })
    await remove(stage)
    expect(standing(stage)).toEqual([])
    expect(stage.shelf.files()).toEqual([])
  })
})

describe.each<Death>(['killed', 'disk full'])('a process that comes to its end (%s)', (death) => {
  it('while it makes a library: the next one makes exactly one', async () => {
    const steps = await eachStep(death, 'make', async (stage) => {
      expect(await make(stage)).toMatchObject({ step: 'made' })
      expect(standing(stage)).toHaveLength(1)
      expect(stage.shelf.files()).toHaveLength(1)
      expect(Object.keys((await recorded(stage))?.copies ?? {})).toEqual(['212'])
    })
    expect(steps).toBeGreaterThan(6)
  })

  it('while it makes a library: the next one removes all of it', async () => {
    const steps = await eachStep(death, 'make', async (stage) => {
      await remove(stage)
      expect(standing(stage)).toEqual([])
      expect(stage.shelf.files()).toEqual([])
      expect(await recorded(stage)).toMatchObject({ step: 'removed' })
    })
    expect(steps).toBeGreaterThan(6)
  })

  it('while it removes a library: the next one removes the rest', async () => {
    const steps = await eachStep(death, 'remove', async (stage) => {
      await remove(stage)
      expect(standing(stage)).toEqual([])
      expect(stage.shelf.files()).toEqual([])
      expect(await recorded(stage)).toMatchObject({ step: 'removed' })
    })
    expect(steps).toBeGreaterThan(3)
  })

  /** Lets the process die after each of its steps; answers how many there are. */
  async function eachStep(
    how: Death,
    work: 'make' | 'remove',
    after: (stage: Stage) => Promise<void>,
  ): Promise<number> {
    const steps = (await livedThrough(how, work, Infinity)).steps
    for (let last = 1; last <= steps; last += 1) {
      const { stage } = await livedThrough(how, work, last)
      await after(stage).catch((error: unknown) => {
        throw new Error(`After step ${last} of ${steps}: ${error instanceof Error ? error.message : error}`)
      })
      expect(timesAsked(stage)).toBeLessThanOrEqual(1)
    }
    return steps
  }

  async function livedThrough(how: Death, work: 'make' | 'remove', lastStep: number) {
    const stage = await aStage()
    if (work === 'remove') await make(stage)
    const mortal = createMortalPorts(stage.ports, lastStep, how)
    await begin<unknown>(stage, privately(stage, mortal.ports)[work](id))
    await stage.clock.advance(10 * second)
    expect(mortal.isOver()).toBe(lastStep !== Infinity)
    return { stage, steps: mortal.steps() }
  }
})

describe('a private library for somebody who is still to be invited', () => {
  const draftFolder = `/private/otp-${id}`
  const folders = (stage: Stage) => stage.plex.libraries.flatMap((one) => one.folders)

  it('is written in the draft, under a folder that needs no account', async () => {
    const stage = await aDraft('stranger')
    const made = await make(stage)

    expect(made).toMatchObject({
      step: 'made',
      folder: draftFolder,
      title: 'Severance S01E02 for stranger',
    })
    expect(folders(stage)).toContain(draftFolder)
    expect(await drafted(stage)).toEqual(made)
    expect(await stage.records('assignment')).toEqual([])
  })

  it('does not name the e-mail address of whoever is invited', async () => {
    const stage = await aDraft(stranger.email)
    expect(await make(stage)).toMatchObject({ title: 'Severance S01E02 for a guest' })
  })

  it('is not made any more once the invitation has failed, and is removed all the same', async () => {
    const stage = await aDraft('stranger')
    await make(stage)
    await changeInvitation(stage, { state: 'failed' })
    await expect(make(stage)).rejects.toMatchObject({ code: 'conflict' })
    await remove(stage)

    expect(folders(stage)).not.toContain(draftFolder)
    expect(stage.shelf.files()).toEqual([])
    expect(await drafted(stage)).toMatchObject({ step: 'removed' })
  })

  it('becomes that of the assignment', async () => {
    const stage = await aDraft('stranger')
    const privateLibrary = await make(stage)
    await changeInvitation(stage, { state: 'sent' })
    await put(stage, aPrivateAssignment(anEpisode(), { privateLibrary }))
    await remove(stage)

    expect(folders(stage)).not.toContain(draftFolder)
    expect(await recorded(stage)).toMatchObject({ step: 'removed' })
  })

  it('of which nothing is left needs no removing', async () => {
    const stage = await aDraft('stranger')
    await changeInvitation(stage, { state: 'failed' })

    await remove(stage)
    expect(stage.plex.said).toEqual([])
  })

  async function aDraft(invitee: string): Promise<Stage> {
    const stage = createStage({ privateRoot: '/private' })
    stage.plex.holds(draftFolder, [anEpisode(copied)])
    const { guest: _, ...assignment } = aPrivateAssignment()
    const record: Invitation = {
      id: 'invitation-1',
      machineIdentifier: theServer,
      invitee,
      libraryKeys: [],
      purpose: { kind: 'assignment', assignment },
      state: 'asked',
      at: stage.clock.now(),
      by: 'discord:1',
    }
    await stage.store.commit([{ kind: 'invitation', id: record.id, record, unless: 'exists' }])
    return stage
  }

  async function drafted(stage: Stage): Promise<PrivateLibrary | undefined> {
    const { purpose } = await theInvitation(stage)
    return purpose.kind === 'assignment' ? purpose.assignment.privateLibrary : undefined
  }

  async function changeInvitation(stage: Stage, changed: Pick<Invitation, 'state'>): Promise<void> {
    const stored = await stage.store.read('invitation', 'invitation-1')
    if (!stored) throw new Error('There is no invitation')
    const { id, revision } = stored
    const record = { ...stored.record, ...changed }
    await stage.store.commit([{ kind: 'invitation', id, record, ifRevision: revision }])
  }
})

describe('the link of a guest', () => {
  const privateLibrary = {
    folder,
    title: 'Severance S01E02 for friend',
    type: 'show' as const,
    files: [],
    copies: { '212': '7300' },
    step: 'made' as const,
  }

  it('opens the copy', () => {
    expect(linkKeyOf(aPrivateAssignment(anEpisode(), { privateLibrary }))).toBe('7300')
  })

  it('opens the original where there is no copy of it, or another fence', () => {
    expect(linkKeyOf(aPrivateAssignment())).toBe('212')
    expect(linkKeyOf(aPrivateAssignment(aSeason(), { privateLibrary }))).toBe('210')
    expect(linkKeyOf(aPrivateAssignment(anEpisode(), { privateLibrary, fence: 'library' }))).toBe('212')
  })
})

it('a library that is still needed is not left behind', async () => {
  const stage = await aStage()
  await make(stage)
  await change(stage, { access: 'given', machineIdentifier: theServer })
  expect(leftBehind(await stage.records('assignment'), stage.plex.libraries)).toEqual([])

  await change(stage, { state: 'revoked', access: 'taken' })
  expect(leftBehind(await stage.records('assignment'), stage.plex.libraries)).toHaveLength(1)
})

describe('standing access', () => {
  it('is given to no library that was made for one guest', async () => {
    const stage = createStage({ privateRoot: '/private' })
    stage.plex.libraries.push(aLibrary({ key: '90', title: 'Half Loop for friend' }))
    const privateLibrary: PrivateLibrary = {
      folder: '/private/otp-7001-1',
      title: 'Half Loop for friend',
      type: 'show',
      files: [],
      libraryKey: '90',
      copies: {},
      step: 'made',
    }
    await put(stage, aPrivateAssignment(anEpisode(), { privateLibrary }))

    const asked = stage.core().invite({ invitee: 'neighbour', library: '90', by: 'discord:1' })
    await expect(stage.soon(asked)).rejects.toMatchObject({ code: 'conflict' })
    expect(stage.plex.said).toEqual([])
  })
})

describe('a folder for private libraries that is missing', () => {
  it('is found out before anything is written down', async () => {
    const stage = createStage({ privateRoot: '/private' })
    stage.shelf.port.open = async () => {
      throw new OtpError('fence_unavailable', 'The folder for private libraries does not exist.')
    }
    const asked = stage.assign({ media: 'rk:212', fence: 'private' })
    await expect(asked).rejects.toThrow('does not exist')

    expect(await stage.records('assignment')).toMatchObject([{ state: 'revoked', access: 'taken' }])
    expect(stage.plex.said).toEqual([])
  })
})
