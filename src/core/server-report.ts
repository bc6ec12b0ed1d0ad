import type { Drift } from './access/drift.js'
import type { DriftReport } from './access/drift-findings.js'
import { OtpError } from './errors.js'
import type { Capabilities, PlexPerson } from './model.js'
import type { PlexAccount, PlexServer, PlexSignIn } from './ports.js'
import { type Check, tryConnection } from './sign-in/checks.js'

/** How many people Plex lets an owner share with, members of the Home included. */
const mostPeople = 100

/** All there is to say of the server and its account; what does not answer is missing. */
export interface ServerReport {
  checks: Check[]
  machineIdentifier?: string
  version?: string
  /** What the owner calls it. */
  name?: string
  capabilities?: Capabilities
  account: { ok: true; owner: PlexPerson } | { ok: false; reason: string }
  /** How many people something is shared with, and how many it may be. */
  people?: { connected: number; most: number }
  drift: DriftReport | { reason: string }
}

/** Tries the connection, and compares what Plex shows with the records. */
export async function reportServer(needs: {
  plexServer: PlexServer
  plexAccount: PlexAccount
  plexSignIn: PlexSignIn
  drift: Drift
}): Promise<ServerReport> {
  const [connection, found] = await Promise.all([tryConnection(needs), orReason(needs.drift.look)])
  // After the comparison, which has read the same lists a moment ago.
  const connected = await orReason(() => countPeople(needs.plexAccount))
  const { checks, identity, serverName, capabilities, owner } = connection
  const problem = checks.find((one) => one.check === 'account')?.found ?? ''

  return {
    checks,
    ...identity,
    ...(serverName !== undefined && { name: serverName }),
    ...(capabilities && { capabilities }),
    account: owner ? { ok: true, owner } : { ok: false, reason: problem },
    ...(typeof connected === 'number' && { people: { connected, most: mostPeople } }),
    drift: found,
  }
}

/** Friends, members of the Home and those who have not accepted yet, each once. */
async function countPeople(plexAccount: PlexAccount): Promise<number> {
  const [friends, shares] = await Promise.all([plexAccount.friends(), plexAccount.shares()])
  const names = shares.map(({ person, invitedEmail, shareId }) => person?.plexId ?? invitedEmail ?? shareId)
  return new Set([...friends.map((one) => one.plexId), ...names]).size
}

async function orReason<T>(ask: () => Promise<T>): Promise<T | { reason: string }> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof OtpError) return { reason: error.message }
    throw error
  }
}
