import type { Person, Seen } from '../../../src/simulator/discord/person.js'
import type { Home } from './home.js'

/** What somebody has before them and can do, and what comes of it. */
export interface Scene {
  /** Whoever it is meant for. */
  who: Person
  act: (by: Person) => Promise<Answer>
  /** Sent by somebody to whom no app shows it. */
  forge?: (by: Person) => Promise<Answer>
  /** What the one who acts reads then. */
  says: RegExp
  /** What has been done then, once: see `deedsOf`. */
  deeds: string[]
  /** What has been done when it is done twice at once, where that is more and no harm. */
  deedsOfTwo?: string[]
  /** What somebody is told in private. */
  dm?: { to: Person; text: RegExp }
  /** What the admins read in their channel. */
  card?: RegExp
}

export type Answer = Pick<Seen, 'text'>

export interface Row {
  name: string
  /** The action of a button or menu, or the name of a command: what this row is for. */
  of: string
  /** Others are refused with these words; an empty list of suggestions without. */
  refusal: RegExp
  /** Whose affair it is: of all admins, or of one guest. */
  whose: 'admins' | 'guest'
  /** Whether it can be done again and again on the same scene, because it changes nothing. */
  looksOnly?: true
  /** Whether Plex is asked before the answer. */
  asksPlex?: true
  /** What is read after a restart, where that is not the same as ever. */
  afterRestart?: RegExp
  /** What is read when Plex is late, where that is not the same as ever. */
  whenLate?: RegExp
  set: (home: Home) => Promise<Scene>
}

export const onlyAdmins = /^Only the admins of this server can do that\./

/** A press of a button, for whom the message shows it and for whom it does not. */
export function pressing(message: Seen, label: string): Pick<Scene, 'act' | 'forge'> {
  const customId = message.buttons.find((one) => one.label === label)?.customId
  if (customId === undefined) throw new Error(`There is no button ${label} in: ${message.text}`)
  return {
    act: (by) => by.press(message, customId),
    forge: async (by) => by.press(await by.slash('/pass'), customId),
  }
}

/** Picks an entry of a menu. */
export function picking(message: Seen, label: string | undefined): Pick<Scene, 'act'> {
  if (label === undefined) throw new Error(`There is nothing to pick in: ${message.text}`)
  return { act: (by) => by.select(message, label) }
}
