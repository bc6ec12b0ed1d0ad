import { type Command, InvalidArgumentError, Option } from 'commander'
import { z } from 'zod'
import { fences } from '../../core/messages/fences.js'
import { terminal as words } from '../../core/messages/terminal.js'
import { titleOf } from '../../core/titles.js'
import {
  fences as fenceNames,
  type WireAssigned,
  type WireAssignment,
  type WireExtended,
} from '../../wire/shapes.js'
import { orConfirm, orPick } from '../asking.js'
import { ratingKeyOf } from '../media.js'
import type { Remote } from '../remote.js'
import { inWords } from '../times.js'
import { addVerb, type Desk, type OpenDesk } from '../verb.js'

/** `otp assign`: lends one item to one guest. */
export function addAssign(program: Command, openDesk: OpenDesk): void {
  addVerb(program, openDesk, {
    usage: 'assign <guest> <media...>',
    summary: 'let a guest (username, e-mail or Plex id) watch one item (rating key or words)',
    example: 'otp assign robin "Arrival" --expires 36h',
    flags: [
      new Option(
        '--expires <when>',
        'end after 36h, 7d or 2d12h, at an ISO time, or in words such as "friday 20:00"',
      ),
      new Option('--plays <n>', 'end after so many plays').argParser(wholeNumber),
      new Option('--fence <fence>', 'how the guest is kept to the item').choices(['auto', ...fenceNames]),
      new Option('--member <id>', "the guest's Discord user id"),
      new Option('--add', "keep the guest's other assignments"),
      new Option('--no-invite', 'only if the guest is a friend already'),
    ],
    options: z.object({
      expires: z.string().exactOptional(),
      plays: z.number().exactOptional(),
      fence: z.enum(['auto', ...fenceNames]).exactOptional(),
      member: z.string().exactOptional(),
      add: z.boolean().exactOptional(),
      invite: z.boolean(),
    }),

    async run([guest = '', ...media], { member, ...wishes }, desk) {
      const { show } = desk
      const remote = await desk.remote()
      const request = {
        media: await ratingKeyOf(media.join(' '), remote, show),
        ...wishes,
        ...(member !== undefined && { discordUserId: member }),
      }
      const done = await orPick(show, guest, (name) =>
        orConfirm(show, ({ ask }) =>
          whileAssigning(desk, remote, name, remote.assign({ guest: name, ...request, ...(ask && { ask }) })),
        ),
      )
      show.one(done, () => told(done))
    },
  })
}

/** Commander's parser for a whole number from 1. */
export function wholeNumber(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 1) return number
  throw new InvalidArgumentError('A whole number from 1 is expected.')
}

/** Says how far the files of a private library have been copied, when that is what takes the time. */
export function whileAssigning<T>(
  { show }: Desk,
  remote: Remote,
  guest: string,
  work: Promise<T>,
): Promise<T> {
  return show.waiting(words.waiting.assign(guest), work, async () => {
    const { assignments } = await remote.guest(guest)
    const { title, progress } = assignments.find((one) => one.access === 'giving')?.privateLibrary ?? {}
    if (title === undefined || !progress || progress.totalBytes === 0) return undefined
    return words.waiting.copying(title, Math.floor((100 * progress.doneBytes) / progress.totalBytes))
  })
}

export function told(done: WireAssigned): string[] {
  const title = titleOf(done.media)
  const guest = done.guest.username

  return [
    done.extended ? words.extended(title, guest) : words.assigned(title, guest),
    ...(done.everythingElseStops ? [words.everythingElseStops()] : []),
    ...limitLines(done, done.extended),
    words.fence(done.fence, done.fenceNote),
    ...done.passedOver.map(fences.passedOver),
    ...(done.replaced.length > 0 ? [words.replaced(done.replaced.length)] : []),
    ...(done.invited ? [words.invited(guest)] : []),
    done.guestTold === 'not-linked' ? words.tellYourself(done.link) : words.link(done.link),
  ]
}

/** The limits before, where there were others, and those that count now. */
export function limitLines(now: WireAssignment, earlier: WireExtended['extended'] | undefined): string[] {
  return [
    ...(earlier ? [before(earlier)] : []),
    limit(now),
    ...(now.plays === undefined ? [] : [words.plays(now.plays)]),
  ]
}

function limit({ expiresAt, state }: WireAssignment): string {
  if (expiresAt === undefined) return words.untilFinished()
  return state === 'pending' ? words.untilPending(inWords(expiresAt)) : words.until(inWords(expiresAt))
}

function before({ expiresBefore, playsBefore }: WireExtended['extended']): string {
  return words.limitsBefore(
    expiresBefore ? inWords(expiresBefore) : 'finished',
    String(playsBefore ?? 'any number of'),
  )
}
