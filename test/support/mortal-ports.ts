import type { PrivateFile } from '../../src/core/model.js'
import type { Ports } from '../../src/core/ports.js'
import { afterBy } from '../../src/util/clock.js'

/** How a process ends: it stops where it is, or its store takes nothing more and it goes on without. */
export type Death = 'killed' | 'disk full'

/**
 * Ports of a process that comes to its end right after its n-th step, a step being whatever outlives it: a
 * commit, a change at Plex, a file, a message. The answer of the n-th step is lost already. A function may say
 * later which step is the last.
 */
export function createMortalPorts(ports: Ports, lastStep: number | (() => number), death: Death) {
  const { plexServer, plexAccount, shelf, store, notifier, clock } = ports
  let steps = 0

  const mortal: Ports = {
    ...ports,
    plexServer: {
      identity: alive(plexServer.identity),
      capabilities: alive(plexServer.capabilities),
      sessions: alive(plexServer.sessions),
      item: alive(plexServer.item),
      children: alive(plexServer.children),
      episodes: alive(plexServer.episodes),
      search: alive(plexServer.search),
      libraries: alive(plexServer.libraries),
      itemsIn: alive(plexServer.itemsIn),
      listing: alive(plexServer.listing),
      listed: alive(plexServer.listed),
      withGuid: alive(plexServer.withGuid),
      files: alive(plexServer.files),
      history: alive(plexServer.history),
      labels: alive(plexServer.labels),
      addLabel: step(plexServer.addLabel),
      removeLabel: step(plexServer.removeLabel),
      labelled: alive(plexServer.labelled),
      createLibrary: step(plexServer.createLibrary),
      scan: step(plexServer.scan),
      deleteLibrary: step(plexServer.deleteLibrary),
      terminate: step(plexServer.terminate),
      stopPlayer: step(plexServer.stopPlayer),
      linkTo: plexServer.linkTo,
    },
    plexAccount: {
      owner: alive(plexAccount.owner),
      friends: alive(plexAccount.friends),
      shares: alive(plexAccount.shares),
      shareableLibraries: alive(plexAccount.shareableLibraries),
      invite: step(plexAccount.invite),
      setLibraries: step(plexAccount.setLibraries),
      setSettings: step(plexAccount.setSettings),
      grants: alive(plexAccount.grants),
      grantItem: step(plexAccount.grantItem),
      removeGrant: step(plexAccount.removeGrant),
      removeShare: step(plexAccount.removeShare),
    },
    shelf: {
      root: shelf.root,
      open: alive(shelf.open),
      pathOf: shelf.pathOf,
      stock: (files, onProgress, signal) =>
        oneByOne(files, (file) => shelf.stock([file], onProgress, signal)),
      clear: (folder, files) => oneByOne(files, (file) => shelf.clear(folder, [file])),
    },
    store: {
      read: async (kind, id) => (isKilled() ? never() : store.read(kind, id)),
      page: async (kind, query) => (isKilled() ? never() : store.page(kind, query)),
      remove: async (doomed) => (isKilled() ? never() : step(store.remove)(doomed)),
      trim: async (kind, what) => (isKilled() ? never() : store.trim(kind, what)),
      changedElsewhere: async () => (isKilled() ? never() : store.changedElsewhere()),
      commit: async (changes) => {
        if (isOver() && death === 'disk full') throw new Error('No space is left on the disk')
        return step(store.commit)(changes)
      },
      close: store.close,
    },
    notifier: { deliver: step(notifier.deliver) },
    clock: {
      now: clock.now,
      sleep: alive(clock.sleep),
      after: afterBy(alive(clock.sleep)),
      turn: alive(clock.turn),
    },
  }
  return { ports: mortal, steps: () => steps, isOver }

  function isOver(): boolean {
    return steps >= (typeof lastStep === 'number' ? lastStep : lastStep())
  }

  function isKilled(): boolean {
    return isOver() && death === 'killed'
  }

  function alive<A extends unknown[], T>(call: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
    return async (...args) => {
      if (isKilled()) return never()
      const value = await call(...args)
      return isKilled() ? never() : value
    }
  }

  function step<A extends unknown[], T>(call: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
    return async (...args) => {
      if (isKilled()) return never()
      const answer = call(...args)
      // What fails may have been done all the same.
      await Promise.allSettled([answer])
      steps += 1
      return isKilled() ? never() : answer
    }
  }

  /** A process may end between two files. */
  async function oneByOne(
    files: readonly PrivateFile[],
    call: (file: PrivateFile) => Promise<void>,
  ): Promise<void> {
    for (const file of files) await step(call)(file)
  }
}

function never(): Promise<never> {
  return new Promise(() => {})
}
