import type { Clock, PlexAccount } from '../ports.js'

/** Who owns the account does not change between two questions. */
const ownerLastsMs = 10 * 60_000
/** Long enough for one order of an admin, too short for anything to be missed. */
const listsLastMs = 2_000

/**
 * plex.tv is slow and counts requests, and one order asks for the same lists several times: what was read a
 * moment ago serves again until OTP changes something. `fresh` reads anew, to see what became of a change.
 */
export function rememberReads(plexAccount: PlexAccount, clock: Clock): PlexAccount {
  const owner = remembered(plexAccount.owner, ownerLastsMs)
  const friends = remembered(() => plexAccount.friends(), listsLastMs)
  const shares = remembered(() => plexAccount.shares(), listsLastMs)

  return {
    owner: () => owner.read(false),
    friends: (how) => friends.read(how?.fresh === true),
    shares: (how) => shares.read(how?.fresh === true),
    shareableLibraries: (machineIdentifier) => plexAccount.shareableLibraries(machineIdentifier),
    invite: changing((request) => plexAccount.invite(request)),
    setSettings: changing((request) => plexAccount.setSettings(request)),
    setLibraries: changing((request) => plexAccount.setLibraries(request)),
    removeShare: changing((request) => plexAccount.removeShare(request)),
    grants: () => plexAccount.grants(),
    grantItem: (request) => plexAccount.grantItem(request),
    removeGrant: (grantId) => plexAccount.removeGrant(grantId),
  }

  function remembered<T>(ask: () => Promise<T>, lastsMs: number) {
    let last: { answer: Promise<T>; at: number } | undefined

    return { read, forget }

    function read(fresh: boolean): Promise<T> {
      if (last && !fresh && clock.now() - last.at < lastsMs) return last.answer

      const asked = { answer: ask(), at: clock.now() }
      last = asked
      asked.answer.catch(() => {
        if (last === asked) last = undefined
      })
      return asked.answer
    }

    function forget(): void {
      last = undefined
    }
  }

  /** Whatever was read before or during a change says nothing of the time after it. */
  function changing<R, T>(change: (request: R) => Promise<T>): (request: R) => Promise<T> {
    return async (request) => {
      forget()
      try {
        return await change(request)
      } finally {
        forget()
      }
    }
  }

  function forget(): void {
    friends.forget()
    shares.forget()
  }
}
