import { type Candidate, OtpError } from '../core/errors.js'
import type { DiscordWords } from '../core/messages/discord.js'
import type { Reply } from './command.js'
import { escaped, plain } from './text.js'

/** What the one who asked has written, and what it is to be replaced by when one of several was picked. */
interface Asked {
  title?: string
  withTitle?: (ratingKey: string, by: string) => Promise<Reply>
  withPerson: (plexId: string, by: string) => Promise<Reply>
}

/** Does the work; where it could mean several, one can be picked, and it goes on with that. */
export async function orChoose(
  words: DiscordWords,
  asked: Asked,
  work: () => Promise<Reply>,
): Promise<Reply> {
  try {
    return await work()
  } catch (error) {
    const candidates = error instanceof OtpError && error.code === 'ambiguous' ? error.candidates : []
    const menu = candidates.length > 0 ? menuOf(words, asked, candidates) : undefined
    if (!menu) throw error
    return menu
  }
}

function menuOf(
  { finding }: DiscordWords,
  { title = '', withTitle, withPerson }: Asked,
  candidates: readonly Candidate[],
): Reply | undefined {
  if (candidates.every((one) => /^rk:/.test(one.value))) {
    const titles = candidates.map(({ value, label, name = label }) => ({ value, label: name }))
    return withTitle && menu(finding.whichTitle(escaped(title)), finding.pickTitle, titles, withTitle)
  }
  if (!candidates.every((one) => /^\d+$/.test(one.value))) return undefined
  const people = candidates.map(({ value, label }) => ({ value, label: withoutAddress(label) }))
  return menu(finding.whichPerson(), finding.pickPerson, people, withPerson)
}

function menu(
  content: string,
  placeholder: string,
  candidates: readonly Candidate[],
  picked: (value: string, by: string) => Promise<Reply>,
): Reply {
  const choices = candidates.map((one) => ({ label: plain(one.label), value: one.value }))
  return { kind: 'choose', message: { content }, placeholder, choices, picked }
}

/** An account without a username may be shown by its e-mail address. */
function withoutAddress(label: string): string {
  return label.replace(/\S+@\S+/g, 'an account without a username')
}
