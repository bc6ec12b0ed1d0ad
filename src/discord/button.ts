import type { Core } from '../core/api.js'
import type { DiscordWords } from '../core/messages/discord.js'
import type { Reply } from './command.js'

/** What a button or a menu has to work with. */
export interface Press {
  /** The id that it was made with. */
  id: string
  /** What was picked, in a menu; the first of none is undefined. */
  picked: string | undefined
  core: Core
  by: string
  /** Discord's id of the user. */
  userId: string
  words: DiscordWords
}

/**
 * What comes of a press: nothing to say, because the message is edited by the change itself; an answer that only the
 * one who pressed sees; or another message in the place of the one with the button.
 */
export type Pressed = { kind: 'done' } | { kind: 'aside'; reply: Reply } | { kind: 'update'; reply: Reply }

/** A button or a menu that works for as long as its message stands, also after a restart. */
export interface Button {
  /** The part of the custom id that names it. */
  action: string
  /** Only admins may press it; the bot sees to that. */
  adminOnly: boolean
  run(press: Press): Promise<Pressed>
}
