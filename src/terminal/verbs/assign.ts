import { type Command, InvalidArgumentError, Option } from 'commander'
import { z } from 'zod'
import { OtpError } from '../../core/errors.js'
import { terminal as words } from '../../core/messages/terminal.js'
import { meantBy, titleOf } from '../../core/titles.js'
import { fences, type WireAssigned } from '../../wire/shapes.js'
import type { Remote } from '../remote.js'
import { inWords } from '../times.js'
import { addVerb, type OpenDesk } from '../verb.js'

const maxCandidates = 20

/** `otp assign`: lends one item to one guest. */
export function addAssign(program: Command, openDesk: OpenDesk): void {
  addVerb(program, openDesk, {
    usage: 'assign <guest> <media...>',
    summary: 'let a guest (username, e-mail or Plex id) watch one item (rating key or words)',
    example: 'otp assign robin "Arrival" --expires 36h',
    flags: [
      new Option('--expires <when>', 'end after 36h, 7d or 2d12h, or at an ISO time'),
      new Option('--plays <n>', 'end after so many plays').argParser(wholeNumber),
      new Option('--fence <fence>', 'how the guest is kept to the item').choices(['auto', ...fences]),
      new Option('--member <id>', "the guest's Discord user id"),
      new Option('--add', "keep the guest's other assignments"),
      new Option('--no-invite', 'only if the guest is a friend already'),
    ],
    options: z.object({
      expires: z.string().exactOptional(),
      plays: z.number().exactOptional(),
      fence: z.enum(['auto', ...fences]).exactOptional(),
      member: z.string().exactOptional(),
      add: z.boolean().exactOptional(),
      invite: z.boolean(),
    }),

    async run([guest = '', ...media], { member, ...wishes }, desk) {
      const remote = await desk.remote()
      const done = await remote.assign({
        guest,
        media: await ratingKeyOf(media.join(' '), remote),
        ...wishes,
        ...(member !== undefined && { discordUserId: member }),
      })
      desk.show.one(done, () => told(done))
    },
  })
}

/** Commander's parser for a whole number from 1. */
export function wholeNumber(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 1) return number
  throw new InvalidArgumentError('A whole number from 1 is expected.')
}

/** Digits are a rating key; words must find one item, by their exact title or alone. */
async function ratingKeyOf(text: string, remote: Remote): Promise<string> {
  const [, digits] = /^(?:rk:)?(\d+)$/.exec(text.trim()) ?? []
  if (digits) return digits

  const matches = meantBy(text, await remote.search(text))
  const [first, second] = matches

  if (!first) throw new OtpError('media_not_found', words.noMedia(text))
  if (!second) return first.ratingKey

  const lines = matches.slice(0, maxCandidates).map((item) => `${item.ratingKey}  ${titleOf(item)}`)
  throw new OtpError('ambiguous', [words.severalMedia(text), ...lines].join('\n'))
}

function told(done: WireAssigned): string[] {
  const title = titleOf(done.media)
  const guest = done.guest.username

  return [
    done.extended ? words.extended(title, guest) : words.assigned(title, guest),
    ...(done.everythingElseStops ? [words.everythingElseStops()] : []),
    ...(done.extended ? [before(done.extended)] : []),
    limit(done),
    ...(done.plays === undefined ? [] : [words.plays(done.plays)]),
    words.fence(done.fence),
    ...(done.replaced.length > 0 ? [words.replaced(done.replaced.length)] : []),
    ...(done.invited ? [words.invited(guest)] : []),
    done.guestTold === 'not-linked' ? words.tellYourself(done.link) : words.link(done.link),
  ]
}

function limit({ expiresAt, state }: WireAssigned): string {
  if (expiresAt === undefined) return words.untilFinished()
  return state === 'pending' ? words.untilPending(inWords(expiresAt)) : words.until(inWords(expiresAt))
}

function before({ expiresBefore, playsBefore }: NonNullable<WireAssigned['extended']>): string {
  return words.limitsBefore(
    expiresBefore ? inWords(expiresBefore) : 'finished',
    String(playsBefore ?? 'any number of'),
  )
}
