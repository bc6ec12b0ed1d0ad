import { titleOf } from '../../../src/core/titles.js'
import type { Evening } from '../evening.js'

/**
 * Everything that people in Discord have done, one line each, as the store and Plex have it: two of these
 * tell what a press has done, and how often.
 */
export async function deedsOf({ core, terminations }: Evening): Promise<string[]> {
  const [assignments, violations, invitations, guests, { since, running }] = await Promise.all([
    core().assignments({ limit: 100 }),
    core().violations({ limit: 100 }),
    core().invitations({ limit: 100 }),
    core().guests(),
    core().status(),
  ])
  return [
    ...assignments.items.flatMap(({ guest, media, history }) =>
      history
        .filter(({ by }) => isOfDiscord(by))
        .map(({ by, what }) => `${guest.username}, ${titleOf(media)}: ${deedOf(what)} by ${by}`),
    ),
    ...violations.items.flatMap(({ guest, media, resolution }) =>
      resolution ? [`${guest.username}, ${titleOf(media)}: ${resolution.action} by ${resolution.by}`] : [],
    ),
    ...invitations.items
      .filter(({ by }) => isOfDiscord(by))
      .map(({ invitee, purpose, by }) => `${invitee}: invited, ${purpose.kind} by ${by}`),
    ...(since && isOfDiscord(since.by) ? [`monitor ${running ? 'started' : 'stopped'} by ${since.by}`] : []),
    ...terminations().map(() => 'a stream was ended'),
    ...guests.flatMap(({ username, member }) => {
      const answer = member?.left?.answer
      return answer?.kind === 'kept' ? [`${username}: may keep what they have, by ${answer.by}`] : []
    }),
  ]
}

/** What is in the second list and not in the first, in order; what is there twice counts twice. */
export function added(before: readonly string[], after: readonly string[]): string[] {
  const left = [...before]
  const more = after.filter((one) => {
    const at = left.indexOf(one)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
  return more.sort()
}

function isOfDiscord(by: string): boolean {
  return by.startsWith('discord:')
}

/** Without the reason, and without ids. */
function deedOf(what: string): string {
  return what.replace(/(?::| by ).*/, '')
}
