import type { RESTPostAPIChatInputApplicationCommandsJSONBody } from 'discord.js'
import type { Core } from '../core/api.js'
import type { DiscordWords } from '../core/messages/discord.js'
import { lines, type MessageParts } from './message.js'

/** The options of a command as they were given; discord.js's resolver is one of these. */
export interface Options {
  getString(name: string, required: true): string
  getString(name: string): string | null
  getBoolean(name: string): boolean | null
  getUser(name: string): { id: string } | null
  getSubcommand(): string
}

/** What a command has to work with. `by` is how its user is named in the history. */
export interface CommandCall {
  options: Options
  core: Core
  by: string
  /** Discord's id of the user. */
  userId: string
  /** The texts in the user's language. */
  words: DiscordWords
}

/**
 * An answer, a question with the buttons Confirm and Cancel, or a menu of which one is picked. Admins answer a question
 * or, where it is the asker's own affair, the asker alone.
 */
export type Reply =
  | { kind: 'say'; message: MessageParts }
  | { kind: 'ask'; message: MessageParts; confirmed: (by: string) => Promise<Reply>; ownAffair?: true }
  | ({ kind: 'choose'; message: MessageParts } & Choosing)

/** At most 25 are shown. */
export interface Choosing {
  placeholder: string
  choices: readonly { label: string; value: string; description?: string }[]
  picked: (value: string, by: string) => Promise<Reply>
}

/** An answer of these lines; the empty ones are left out. */
export function say(...all: Parameters<typeof lines>): Reply {
  return { kind: 'say', message: { content: lines(...all) } }
}

export interface Choice {
  name: string
  value: string
}

/** One slash command: what Discord is told of it, and what it does. */
export interface Command {
  data: RESTPostAPIChatInputApplicationCommandsJSONBody
  /** Only admins may use it; the bot sees to that. */
  adminOnly: boolean
  run(call: CommandCall): Promise<Reply>
  /** Suggestions for the option that is being typed. */
  autocomplete?(call: Suggesting): Promise<Choice[]>
}

export interface Suggesting {
  option: string
  typed: string
  core: Core
  words: DiscordWords
}
