import type { Clock } from '../../core/ports.js'
import { createCatalogue } from './catalogue.js'
import { createHistory } from './history.js'
import type { Tree } from './http-answers.js'
import { createLabels } from './labels.js'
import { createPeople } from './people.js'
import { createPlayers } from './players.js'
import { otherResources } from './resources.js'
import { createShelves } from './shelves.js'
import { createSwitches, hasFeature } from './switches.js'
import { createVisibility } from './visibility.js'

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
  const server = createSwitches({ plexPass: settings.plexPass ?? true })
  const catalogue = createCatalogue({ clock })
  const people = createPeople({
    clock,
    catalogue,
    machineIdentifier: server.machineIdentifier,
    ownerName: settings.ownerName ?? 'quill',
    hasPlexPass: () => hasFeature(server, 'content_filter'),
  })
  const labels = createLabels({ catalogue })
  const visibility = createVisibility({ server, people, catalogue, labels })
  const history = createHistory({ catalogue })
  const shelves = createShelves({ clock, server, catalogue })
  const players = createPlayers({
    clock,
    server,
    catalogue,
    people,
    visibility,
    history,
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
    labels,
    visibility,
    history,
    shelves,
    players,
    oddSessions,
    /** Somebody asked the server to delete media. Nothing may ever ask for that. */
    disaster: false,
    /** What else the owner's account can reach: other servers, a player. */
    otherResources: otherResources(),

    addLibrary: catalogue.addLibrary,
    addMovie: catalogue.addMovie,
    addShow: catalogue.addShow,
    addEpisode: catalogue.addEpisode,
    setFiles: catalogue.setFiles,
    copyOf: catalogue.copyOf,
    readd: catalogue.readd,
    remove: catalogue.remove,
    label,
    unlabel: (ratingKey: string, name: string) => labels.remove(ratingKey, [name]),
    labelsOf: (ratingKey: string) => labels.of(ratingKey).map((one) => one.tag),
    watched,
    seenBy,

    addAccount: people.addAccount,
    addHomeUser: people.addHomeUser,
    befriend: people.befriend,
    shareWith: people.shareWith,
    shareElsewhere: people.shareElsewhere,
    acceptInvitation: people.acceptInvitation,
    leave: people.leave,
    shareOf: people.shareOf,
    approvePin: people.approvePin,
    librariesOf,

    play: players.play,
    player: players.player,
    restart: players.restart,
    close,
    putOnTheList,
  }

  /** The owner puts a label on an item by hand. */
  function label(ratingKey: string, name: string): void {
    if (!catalogue.item(ratingKey)) throw new Error(`The simulated server has no item ${ratingKey}.`)
    labels.add(ratingKey, [name])
    labels.lock(ratingKey, true)
  }

  /** Somebody has watched an item to the end while nobody was looking. */
  function watched(username: string, ratingKey: string, atMs: number): void {
    const item = catalogue.item(ratingKey)
    if (!item) throw new Error(`The simulated server has no item ${ratingKey}.`)
    history.add(people.account(username), item, atMs)
  }

  /** Rating keys of all that somebody can see now. */
  function seenBy(username: string): string[] {
    const who = people.account(username)
    return catalogue
      .items()
      .filter((item) => visibility.maySee(who, item))
      .map((item) => item.ratingKey)
  }

  function close(): void {
    players.close()
    shelves.close()
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
