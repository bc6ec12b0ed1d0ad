import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Disk } from '../../src/files/disk.js'
import { whoRuns } from '../../src/files/trouble.js'
import { type Medium, withFriend } from '../support/access-world.js'
import { minute, second } from '../support/evening.js'
import {
  aPrivateHouse,
  aPrivateHousehold,
  beforeEachPiece,
  below,
  fingerprint,
  otherDisk,
  type PrivateHousehold,
  systemError,
} from '../support/private-household.js'
import { until } from '../support/until.js'
import { sitAt } from '../terminal/desk.js'

const shortForm = '/api/v1/library/shared/new'
const isRoot = process.getuid?.() === 0
const restored = { access: 'restored', states: ['revoked'] }
const firstSeason = [1, 2, 3].map(
  (number) => `Tin Harbour/Season 01/Tin Harbour - s01e0${number} - Episode ${number}.mkv`,
)
const secondSeason = firstSeason.map((one) => one.replace('Season 01', 'Season 02').replace('s01', 's02'))

describe.each([
  { where: 'the disk of the films', elsewhere: false, how: 'linked' },
  {
    where: otherDisk ?? 'a disk without links, since this machine has no second one',
    elsewhere: true,
    how: 'copied',
  },
])('with private_root on $where', ({ elsewhere, how }) => {
  const home = aPrivateHouse({ elsewhere })

  test.each<[Medium, string[]]>([
    ['movie', ['Arrival (2016)/Arrival (2016).mkv']],
    ['episode', firstSeason.slice(0, 1)],
    ['season', firstSeason],
    ['show', [...firstSeason, ...secondSeason]],
  ])(`a %s is ${how}, scanned, shared and shown alone, and nothing of it stays`, async (medium, files) => {
    const house = home()
    const { world, root, originals, shelf } = house
    const guest = house.newcomer()
    const before = await house.standing()
    const films = originals()
    world.server.scanMs = 3 * second
    world.server.sectionSyncMs = 8 * second

    const order = { plexUsername: guest.username, ratingKey: house.media[medium] }
    const { made } = await house.order(shortForm, order)
    expect(made).toMatchObject({ state: 'pending', fence: 'private', passedOver: [], invited: true })
    expect(shelf()).toEqual(files)
    expect(sameFiles(house)).toEqual(files.map(() => !elsewhere))

    await house.ready(guest, made)
    const own = made?.privateLibrary?.title ?? ''
    expect(await house.seen(guest)).toEqual(house.view([own], house.inLibrary(own)))
    expect(house.inLibrary(own).filter((one) => one.versions.length > 0)).toHaveLength(files.length)

    expect(await house.takeBack(made?.id ?? '')).toEqual(restored)
    expect(await house.standing()).toEqual(withFriend(before, guest.username))
    expect(originals()).toEqual(films)
    expect(below(root)).toEqual([])
    expect(world.disaster).toBe(false)
  })
})

describe('a title that no file can be called', () => {
  const home = aPrivateHouse()

  test.each([
    ['AC/DC: Live? <1>', 'AC DC Live 1 (2011)'],
    ['What "If"...|*', 'What If ... (2011)'],
    ['../../etc/passwd', 'etc passwd (2011)'],
    ['..', '(2011)'],
    ['CON', 'CON (2011)'],
    [' .hidden ', 'hidden (2011)'],
    ['終わりなき夏\n', '終わりなき夏 (2011)'],
    ['Long '.repeat(60), `${'Long '.repeat(18)}(2011)`],
  ])('is lent under a safe name: %j', async (title, name) => {
    const house = home()
    const ratingKey = house.addFilm(title)
    const guest = house.newcomer()

    const { made } = await house.order(shortForm, { plexUsername: guest.username, ratingKey })
    const own = made?.privateLibrary?.title ?? ''
    const inside = house.inLibrary(own).map((one) => one.ratingKey)
    expect(house.shelf()).toEqual([`${name}/${name}.mkv`])
    await house.ready(guest, made)
    expect(await house.seen(guest)).toMatchObject({ libraries: [own], listed: inside, readable: inside })
    expect(inside).toHaveLength(1)
    expect(made?.link).toContain(`%2Flibrary%2Fmetadata%2F${inside[0]}`)

    expect(await house.takeBack(made?.id ?? '')).toEqual(restored)
    expect(below(house.root)).toEqual([])
  })
})

describe('a copy that takes its time', () => {
  const mega = 1024 * 1024
  const home = aPrivateHouse({ elsewhere: true })

  test('says how far it is to whoever asks meanwhile', async () => {
    const { house, order } = begin('Salt')
    const { made } = await aside(house.order(shortForm, order), async () => {
      const half = await house.passUntil('half of the copy', async () => {
        const there = await house.details()
        return there?.privateLibrary?.progress && there
      })
      expect(half).toMatchObject({
        access: 'giving',
        privateLibrary: {
          title: `Salt (2011) for ${order.plexUsername}`,
          progress: { doneBytes: mega, totalBytes: 4 * mega },
        },
      })
    })

    expect(made?.privateLibrary).toEqual({ title: `Salt (2011) for ${order.plexUsername}` })
    expect(await house.takeBack(made?.id ?? '')).toEqual(restored)
  })

  test('is broken off when the pass is taken back meanwhile, and nothing of it stays', async () => {
    const { house, order } = begin('Lanterns')
    const before = await house.standing()
    const refused = await aside(house.order(shortForm, order), async () => {
      await house.passUntil('a piece of the copy', () => below(house.root).length > 2)
      const back = await house.api('POST', '/api/v1/request/remove', { plexUsername: order.plexUsername })
      expect(back.text).toContain('"access":"restored"')
    })

    expect(refused.said).toMatchInlineSnapshot(
      `"409 conflict: The assignment was ended while its access was still being given, so nothing was given. Assign again if it was meant."`,
    )
    expect(await house.standing()).toEqual(before)
    expect(below(house.root)).toEqual([])
  })

  test('is shown by otp library shared, which ends with what the guest can see', async () => {
    const { house, order } = begin('Half Loop')
    const passing: string[] = []
    let copied = 0
    house.disturb(
      beforeEachPiece(async () => {
        await house.clock.sleep(3 * second)
        const said = `: ${copied} %`
        if (copied > 0) await until(said, () => passing.some((text) => text.endsWith(said)))
        copied += 25
      }),
    )
    const url = new URL((await house.ask('GET', '/healthz')).url).origin
    const otp = await sitAt({}, { clock: house.clock, passing: (text) => void passing.push(text.slice(2)) })

    const words = ['library', 'shared', order.plexUsername, 'Half Loop']
    const ended = await house.inTime(otp(words, { OTP_URL: url, OTP_API_KEY: house.apiKey }), { stepMs: 100 })

    const seen = [ended.code, ended.err, ended.out, ...new Set(passing)].join('\n')
    expect(
      seen.replaceAll(order.plexUsername, 'GUEST').replace(/metadata%2F\d+/, 'metadata%2FCOPY'),
    ).toMatchInlineSnapshot(`
      "0

      Half Loop (2011) is lent to GUEST.
      Until it has been watched.
      Fence: private. A library with only this title in it is shared with this guest, downloads off (who has a share of all libraries sees it too); to make and to remove it, OTP must go on running on the Plex host with permission to write there.
      An invitation went to GUEST; the pass works once it is accepted.
      OTP knows no Discord user of theirs. Send them the link yourself: https://app.plex.tv/desktop/#!/server/f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed/details?key=%2Flibrary%2Fmetadata%2FCOPY

      Waiting for Plex and plex.tv to give GUEST access
      Copying "Half Loop (2011) for GUEST" for the guest: 25 %
      Copying "Half Loop (2011) for GUEST" for the guest: 50 %
      Copying "Half Loop (2011) for GUEST" for the guest: 75 %
      "
    `)
    const made = await house.details()
    expect(made?.fence).toBe('private')
    expect(await house.takeBack(made?.id ?? '')).toEqual(restored)
    expect(below(house.root)).toEqual([])
  })

  /** Each of four pieces takes three seconds. */
  function begin(title: string) {
    const house = home()
    house.disturb(beforeEachPiece(() => house.clock.sleep(3 * second)))
    const ratingKey = house.addFilm(title, { bytes: 4 * mega })
    return { house, order: { plexUsername: house.acquaintance().username, ratingKey } }
  }
})

test('judge, progress and end follow the copy, and the original and its sibling stay what they were', async () => {
  const house = await aPrivateHousehold()
  const { world, titles, clock, pass } = house
  const guest = house.acquaintance(['Series'])
  const before = await house.standing()
  const films = house.originals()
  const [, sibling] = world.catalogue.episodesOf(house.media.show)
  const order = { plexUsername: guest.username, ratingKey: titles.episode }
  const { made } = await house.order(shortForm, order)
  const own = made?.privateLibrary?.title ?? ''
  const copy = house.inLibrary(own).find((one) => one.type === 'episode')

  const playing = world.play(guest.username, copy?.ratingKey ?? '', { offsetMs: 20 * minute })
  const astray = world.play(guest.username, sibling?.ratingKey ?? '')
  await pass(15 * second)
  expect(playing.running()).toBe(true)
  expect(astray.ending()).toEqual({
    why: 'terminated',
    text: 'This title is not on your pass. You may watch: Tin Harbour S01E01 · Episode 1.',
  })
  expect(await house.details()).toMatchObject({
    state: 'watching',
    media: { ratingKey: titles.episode },
    progress: { offsetMs: 20 * minute + 10 * second, durationMs: 45 * minute },
  })

  playing.seek(44 * minute)
  await pass(12 * second)
  playing.stop()
  await pass(3 * second)
  await clock.leap(10 * minute)
  await pass(30 * second)
  expect(await house.details()).toMatchObject({ state: 'finished', access: 'taken' })
  expect(await house.standing()).toEqual(before)
  expect(house.originals()).toEqual(films)
  expect(below(house.root)).toEqual([])
  expect(world.disaster).toBe(false)
})

interface Trouble {
  what: string
  /** On a disk to which files are copied. */
  elsewhere?: boolean
  disk?: Partial<Disk>
  /** Answers how it is put in order again. */
  arrange?: (house: PrivateHousehold, film: string) => () => void
  said: string
}

const never = (code: string) => () => Promise.reject(systemError(code))
const fileOf = ({ world }: PrivateHousehold, film: string) =>
  world.catalogue.item(film)?.versions.flat()[0]?.path ?? ''

const troubles: Trouble[] = [
  {
    what: 'a full disk',
    disk: { link: never('ENOSPC') },
    said:
      '422 fence_unavailable: There is no room for ROOT/FOLDER/Salt (2011)/Salt (2011).mkv: the disk is ' +
      'full, or USER has no more of it. Free some, or set [access] private_root to a folder on the disk of ' +
      'the media, where no copy is needed.',
  },
  {
    what: 'a quota that is used up',
    disk: { makeFolder: never('EDQUOT') },
    said:
      '422 fence_unavailable: There is no room for ROOT/FOLDER: the disk is full, or USER has no more of ' +
      'it. Free some, or set [access] private_root to a folder on the disk of the media, where no copy is ' +
      'needed.',
  },
  {
    what: 'a disk that fills up while it is copied to',
    elsewhere: true,
    disk: beforeEachPiece(never('ENOSPC')),
    said:
      '422 fence_unavailable: There is no room for ROOT/FOLDER/Salt (2011)/Salt (2011).mkv.otp-part: the ' +
      'disk is full, or USER has no more of it. Free some, or set [access] private_root to a folder on the ' +
      'disk of the media, where no copy is needed.',
  },
  {
    what: 'a disk without room for the copy',
    elsewhere: true,
    disk: { freeBytes: async () => 2_000_000 },
    said:
      '422 fence_unavailable: The copy needs 5 MB in ROOT/FOLDER/Salt (2011), and USER has 2 MB there. Free ' +
      'some, or set [access] private_root to a folder on the disk of the media, where no copy is needed.',
  },
  {
    what: 'a folder that may not be written',
    disk: { makeFolder: never('EACCES') },
    said:
      '422 fence_unavailable: ROOT/FOLDER may not be written by USER. Let that user write there, or set ' +
      '[access] private_root to another folder.',
  },
  {
    what: 'a disk for reading only',
    disk: { makeFolder: never('EROFS') },
    said:
      '422 fence_unavailable: ROOT/FOLDER is on a disk that nobody may write to, USER included. Connect it ' +
      'for writing, or set [access] private_root to another folder.',
  },
  {
    what: 'a broken disk',
    disk: { link: never('EIO') },
    said:
      '422 fence_unavailable: ROOT/FOLDER/Salt (2011)/Salt (2011).mkv could not be made (EIO, as USER). See ' +
      'whether its disk is in order, then try again.',
  },
  {
    what: 'a film that may not be read',
    elsewhere: true,
    disk: { openSource: never('EACCES') },
    said:
      '422 fence_unavailable: DISK/media/Films/film.mkv may not be read by USER. Let that user read it, or ' +
      'use another fence.',
  },
  {
    what: 'a film that is not where Plex says',
    arrange: (house, film) => {
      const path = fileOf(house, film)
      renameSync(path, `${path}.away`)
      return () => renameSync(`${path}.away`, path)
    },
    said:
      '422 fence_unavailable: There is no file DISK/media/Films/film.mkv on this machine that USER can see. ' +
      'OTP has to run where Plex runs and see the media under the same paths; set it up so, or use another ' +
      'fence.',
  },
  {
    what: 'a server that makes no library',
    arrange: ({ world: { server } }) => {
      const { agents } = server
      server.agents = []
      return () => {
        server.agents = agents
      }
    },
    said:
      '422 fence_unavailable: Plex did not make the library "Salt (2011) for GUEST": The Plex server ' +
      'refused: HTTP 400. See whether Plex finds the folder ROOT/FOLDER under the same path as OTP and may ' +
      'read it.',
  },
  {
    what: 'a server that does not find the folder',
    arrange: ({ plexServer }) => {
      const act = { kind: 'answer', status: 400 } as const
      plexServer.faults.next({ match: 'POST /library/sections', times: 9, act })
      return plexServer.faults.clear
    },
    said:
      '422 fence_unavailable: Plex did not make the library "Salt (2011) for GUEST": The Plex server ' +
      'refused: HTTP 400. See whether Plex finds the folder ROOT/FOLDER under the same path as OTP and may ' +
      'read it.',
  },
  {
    what: 'a scan that does not end',
    arrange: ({ world: { server } }) => {
      server.scanMs = 60 * minute
      return () => {
        server.scanMs = 0
      }
    },
    said:
      '422 fence_unavailable: Two minutes after it was scanned, Plex lists 0 of 1 in the library "Salt ' +
      '(2011) for GUEST", so it is not shared. See whether Plex is busy and may read the folder ' +
      'ROOT/FOLDER, then try again.',
  },
  {
    what: 'a plex.tv that never hears of the library',
    arrange: ({ world: { server } }) => {
      server.sectionSyncMs = 600 * minute
      return () => {
        server.sectionSyncMs = 0
      }
    },
    said:
      '422 fence_unavailable: Two minutes after Plex made the library "Salt (2011) for GUEST", plex.tv does ' +
      'not know it yet, so it cannot be shared. See whether the server is signed in at plex.tv, then try ' +
      'again.',
  },
]

describe.each([{ elsewhere: false }, { elsewhere: true }])('copied: $elsewhere', ({ elsewhere }) => {
  const home = aPrivateHouse({ elsewhere })

  test.each(troubles.filter((one) => (one.elsewhere ?? false) === elsewhere))(
    '$what is said with path and user, and nothing stays behind',
    async ({ disk = {}, arrange, said }) => {
      const house = home()
      const film = house.addFilm('Salt', { bytes: 5_000_000 })
      const films = house.originals()
      for (const guest of [house.acquaintance(), house.newcomer()]) {
        const before = await house.standing()
        const undo = arrange?.(house, film)
        house.disturb(disk)
        const order = { plexUsername: guest.username, ratingKey: film }
        const answer = await house.order(shortForm, order, 5 * second)
        undo?.()
        house.disturb({})

        expect(plain(house, answer, guest.username)).toBe(said)
        expect(await house.standing()).toEqual(before)
        expect(below(house.root)).toEqual([])
        expect(await house.details()).toMatchObject({ state: 'revoked', access: 'taken' })
      }
      expect(house.originals()).toEqual(films)
      expect(house.told()).toEqual({ admins: [], guest: [] })
    },
  )
})

test('without a disk for it, auto shares the library of an episode instead, and says why', async () => {
  const house = await aPrivateHousehold()
  house.disturb({ makeFolder: never('ENOSPC') })
  for (const guest of [house.acquaintance(), house.newcomer()]) {
    const before = await house.standing()
    const answer = await house.order('/api/v1/assignments', {
      guest: guest.username,
      media: house.media.episode,
    })
    expect(answer.made).toMatchObject({ fence: 'library', state: 'pending' })
    const why = answer.made?.passedOver.map((one) => `${one.fence}: ${masked(house, one.why)}`)
    expect(why).toEqual([
      'private: There is no room for ROOT/FOLDER: the disk is full, or USER has no more of it. Free some, or set ' +
        '[access] private_root to a folder on the disk of the media, where no copy is needed.',
    ])
    expect(below(house.root)).toEqual([])
    expect(await house.takeBack(answer.made?.id ?? '')).toEqual(restored)
    expect(await house.standing()).toEqual(before)
  }
})

describe('at the end', () => {
  test.each<[string, (house: PrivateHousehold) => () => void]>([
    [
      'files that may not be removed',
      ({ disturb }) => {
        disturb({ unlink: never('EACCES') })
        return () => disturb({})
      },
    ],
    [
      'a disk that is not connected',
      ({ root }) => {
        renameSync(root, `${root}-away`)
        return () => renameSync(`${root}-away`, root)
      },
    ],
    [
      'a server that does not remove the library',
      ({ plexServer }) => {
        const act = { kind: 'answer', status: 500 } as const
        plexServer.faults.next({ match: 'DELETE /library/sections', times: 99, act })
        return plexServer.faults.clear
      },
    ],
  ])('%s are tried again until nothing is left, and that is told once', async (_, arrange) => {
    const { house, before, made, guest } = await lent()
    const undo = arrange(house)
    expect(await house.takeBack(made.id)).toEqual({ access: 'pending', states: ['revoked'] })
    expect(house.world.shareOf(guest.username)).toBeUndefined()
    await house.pass(minute, 5 * second)
    expect(await house.details()).toMatchObject({ state: 'revoked', access: 'taking' })

    undo()
    await house.pass(30 * second, 5 * second)
    expect(await house.details()).toMatchObject({ state: 'revoked', access: 'taken' })
    expect(await house.standing()).toEqual(before)
    expect(below(house.root)).toEqual([])
    expect(house.told().admins).toMatchInlineSnapshot(`
      [
        "The pass of person.1 for Tin Harbour S01E01 · Episode 1 was taken back. / plex.tv has not confirmed yet that the access is gone. OTP goes on trying by itself.",
        "plex.tv has confirmed it: the access that person.1 had for Tin Harbour S01E01 · Episode 1 is gone.",
      ]
    `)
  })

  test('what somebody else put beside the copy stays, and so does its folder', async () => {
    const { house, before, made } = await lent()
    writeFileSync(join(below(house.root)[0] ?? '', 'notes.txt'), 'mine')
    expect(await house.takeBack(made.id)).toEqual(restored)
    expect(await house.standing()).toEqual(before)
    expect(house.shelf()).toEqual(['notes.txt'])
  })

  test('a library that somebody renamed is left with its files, and the admins are told', async () => {
    const { house, made, guest } = await lent()
    const library = house.world.catalogue.libraries.at(-1)
    if (library) library.title = 'Mine now'

    expect(await house.takeBack(made.id)).toEqual(restored)
    expect(house.world.shareOf(guest.username)).toBeUndefined()
    expect(house.world.catalogue.libraries).toContain(library)
    expect(house.shelf()).toEqual(firstSeason.slice(0, 1))
    expect(house.told().admins).toMatchInlineSnapshot(`
      [
        "The pass of person.1 for Tin Harbour S01E01 · Episode 1 was taken back. / Somebody else has changed the private library of this pass in Plex, so OTP left it and its files; please remove it by hand.",
      ]
    `)
  })

  async function lent() {
    const house = await aPrivateHousehold()
    const guest = house.acquaintance()
    const before = await house.standing()
    const order = { plexUsername: guest.username, ratingKey: house.media.episode }
    const { made } = await house.order(shortForm, order)
    if (!made) throw new Error('Nothing was lent')
    return { house, guest, before, made }
  }
})

test.skipIf(isRoot)(
  'a real folder that may not be written is said with path and user (not as root)',
  async () => {
    const house = await aPrivateHousehold()
    rmSync(house.root, { recursive: true })
    mkdirSync(house.root, { mode: 0o555 })
    const order = { plexUsername: house.acquaintance().username, ratingKey: house.media.movie }
    const answer = await house.order(shortForm, order)

    expect(plain(house, answer, order.plexUsername)).toContain('ROOT/FOLDER may not be written by USER.')
    expect(below(house.root)).toEqual([])
  },
)

/** For each file of the private library whether it is one with a file of the server. */
function sameFiles({ root, originals }: PrivateHousehold): boolean[] {
  const films = Object.values(originals())
  return below(root)
    .filter((one) => one.endsWith('.mkv'))
    .map(fingerprint)
    .map((copy) => {
      const source = films.find((one) => one.content === copy.content)
      if (!source) throw new Error('A copy is like none of the films')
      return copy.inode === source.inode && copy.device === source.device
    })
}

/** Does something while an answer is waited for. */
async function aside<T>(waiting: Promise<T>, work: () => Promise<void>): Promise<T> {
  waiting.catch(() => {})
  await work()
  return waiting
}

/** The refusal without what is another one in each run. */
function plain(house: PrivateHousehold, answer: { said?: string }, guest: string): string {
  return masked(house, answer.said ?? 'It was lent.').replaceAll(guest, 'GUEST')
}

function masked({ root, disk }: PrivateHousehold, text: string): string {
  return text
    .replaceAll(root, 'ROOT')
    .replaceAll(disk, 'DISK')
    .replaceAll(whoRuns(), 'USER')
    .replace(/otp-(\d+-)?[a-z0-9]{24}/g, 'FOLDER')
    .replace(/film \d+/g, 'film')
}
