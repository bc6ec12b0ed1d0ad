import type { Clock } from '../../core/ports.js'
import { createCatalogue } from './catalogue.js'
import type { Tree } from './http-answers.js'
import { createPeople } from './people.js'
import { createPlayers } from './players.js'

export type PlexWorld = ReturnType<typeof createPlexWorld>

/**
 * Everything that a simulated server and a simulated plex.tv know, with verbs for what people do: accept an
 * invitation, press play, close the app. Time is the given clock's.
 */
export function createPlexWorld(settings: {
  clock: Clock
  ownerName?: string
  plexPass?: boolean
  /** How often a player reports; 10 s at Plex. */
  reportEveryMs?: number
  /** How long the entry of a killed app stays listed. */
  lingerMs?: number
}) {
  const { clock } = settings
  const server = {
    machineIdentifier: 'f00dfeed'.repeat(5),
    name: 'Attic Box',
    version: '1.43.2.10687-sim',
    plexPass: settings.plexPass ?? true,
    /** Writes JSON numbers and booleans as text, as some versions do. */
    numbersAsText: false,
  }
  const catalogue = createCatalogue()
  const people = createPeople({
    clock,
    catalogue,
    machineIdentifier: server.machineIdentifier,
    ownerName: settings.ownerName ?? 'quill',
  })
  const players = createPlayers({
    clock,
    catalogue,
    people,
    reportEveryMs: settings.reportEveryMs ?? 10_000,
    lingerMs: settings.lingerMs ?? 180_000,
  })
  const oddSessions: Tree[] = []

  return {
    clock,
    server,
    machineIdentifier: server.machineIdentifier,
    owner: people.owner,
    catalogue,
    people,
    players,
    oddSessions,

    addLibrary: catalogue.addLibrary,
    addMovie: catalogue.addMovie,
    addShow: catalogue.addShow,
    copyOf: catalogue.copyOf,
    readd: catalogue.readd,
    remove: catalogue.remove,

    addAccount: people.addAccount,
    addHomeUser: people.addHomeUser,
    befriend: people.befriend,
    shareWith: people.shareWith,
    shareElsewhere: people.shareElsewhere,
    acceptInvitation: people.acceptInvitation,
    leave: people.leave,
    shareOf: people.shareOf,
    librariesOf,

    play: players.play,
    player: players.player,
    restart: players.restart,
    close: players.close,
    putOnTheList,
  }

  /** Keys of the libraries that somebody can open now. */
  function librariesOf(username: string): string[] {
    const account = people.account(username)
    return catalogue.libraries.filter((one) => people.mayPlay(account, one.key)).map((one) => one.key)
  }

  /**
   * Lists a session that no player stands behind: live TV, a trailer, one without a user. Answers with a
   * function that takes it off the list.
   */
  function putOnTheList(session: Tree): () => void {
    oddSessions.push(session)
    return () => {
      const at = oddSessions.indexOf(session)
      if (at >= 0) oddSessions.splice(at, 1)
    }
  }
}
