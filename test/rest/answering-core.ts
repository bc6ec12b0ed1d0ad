import type { Core } from '../../src/core/api.js'
import { type ErrorCode, OtpError } from '../../src/core/errors.js'
import type { Invitation, Page } from '../../src/core/model.js'
import { aFriend, aLibrary, aMovie, aShow, evening } from '../support/builders.js'
import { fakeCore } from '../support/fake-core.js'
import { aGuest, aGuestSession, anAssignment, aStatus, assignedAnswer, aViolation } from './answers.js'

/** A core that answers everything with something that it may answer, or refuses, as `refusing` says. */
export function answeringCore(refusing: () => ErrorCode | undefined): Core {
  const invitation: Invitation = {
    id: 'i1',
    machineIdentifier: 'server-one',
    invitee: 'robin',
    libraryKeys: ['1'],
    purpose: { kind: 'standing', library: 'Films' },
    state: 'sent',
    at: evening,
    by: 'key:owner',
  }
  const key = {
    name: 'kitchen',
    scope: 'read' as const,
    hash: 'x',
    createdAt: evening,
    createdBy: 'key:owner',
  }
  const extended = { expiresBefore: evening }

  return fakeCore({
    assign: answer(assignedAnswer()),
    unassign: answer({ ended: [anAssignment({ state: 'revoked' })], access: 'restored' as const }),
    endAssignment: answer({ ended: [anAssignment({ state: 'revoked' })], access: 'pending' as const }),
    extend: answer({ assignment: anAssignment(), extended, guestTold: 'queued' as const }),
    assignment: answer(anAssignment()),
    assignments: answer(aPage(anAssignment())),
    invite: answer(invitation),
    invitations: answer(aPage(invitation)),
    withdrawInvitation: answer({ invitation, access: 'restored' as const }),
    violation: answer(aViolation()),
    violations: answer(aPage(aViolation())),
    resolve: answer(aViolation({ resolution: { action: 'dismiss', by: 'key:owner', at: evening } })),
    endSession: answer(aGuestSession()),
    sessions: answer([aGuestSession()]),
    search: answer([aMovie(), aShow()]),
    media: answer(aMovie()),
    mediaIn: answer([]),
    libraries: answer([aLibrary()]),
    makeLibrary: answer(aLibrary()),
    removeLibrary: answer(aLibrary()),
    friends: answer([aFriend()]),
    guests: answer([aGuest()]),
    resume: answer({ resumed: true, assignments: 2 }),
    guest: answer(aGuest()),
    beginSignIn: answer({ id: '1', link: 'https://app.plex.tv/auth#?code=x', expiresAt: evening }),
    checkSignIn: answer({ state: 'waiting' as const, expiresAt: evening }),
    ownedServers: answer([]),
    chooseServer: answer({ machineIdentifier: 'm', name: 'Attic', url: 'http://127.0.0.1:1', version: '1' }),
    server: answer({
      checks: [],
      account: { ok: false as const, reason: 'no token' },
      drift: { findings: [], passedOver: [] },
    }),
    drift: answer({ findings: [], passedOver: [] }),
    repair: answer({ repaired: [], left: [], passedOver: [] }),
    keys: answer([key]),
    makeKey: answer({ key, secret: 'otp_secret' }),
    removeKey: answer(key),
    startMonitor: answer(aStatus()),
    stopMonitor: answer(aStatus({ running: false })),
    status: answer(aStatus()),
  })

  function answer<T>(value: T) {
    return async (): Promise<T> => {
      const code = refusing()
      if (code) throw new OtpError(code, 'It was refused, for the sake of it.')
      return value
    }
  }
}

function aPage<T>(item: T): Page<T> {
  return { items: [item], next: null }
}
