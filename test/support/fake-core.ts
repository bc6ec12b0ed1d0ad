import type { Core } from '../../src/core/api.js'

/** A core that answers only what a test gives it; every other call fails the test. */
export function fakeCore(answers: Partial<Core> = {}): Core {
  return {
    assign: unexpected('assign'),
    unassign: unexpected('unassign'),
    endAssignment: unexpected('endAssignment'),
    extend: unexpected('extend'),
    assignment: unexpected('assignment'),
    assignments: unexpected('assignments'),
    invite: unexpected('invite'),
    violation: unexpected('violation'),
    violations: unexpected('violations'),
    resolve: unexpected('resolve'),
    endSession: unexpected('endSession'),
    undo: unexpected('undo'),
    sessions: unexpected('sessions'),
    search: unexpected('search'),
    media: unexpected('media'),
    mediaIn: unexpected('mediaIn'),
    invitations: unexpected('invitations'),
    withdrawInvitation: unexpected('withdrawInvitation'),
    deadlines: unexpected('deadlines'),
    libraries: unexpected('libraries'),
    makeLibrary: unexpected('makeLibrary'),
    removeLibrary: unexpected('removeLibrary'),
    friends: unexpected('friends'),
    guests: unexpected('guests'),
    guest: unexpected('guest'),
    beginSignIn: unexpected('beginSignIn'),
    checkSignIn: unexpected('checkSignIn'),
    ownedServers: unexpected('ownedServers'),
    chooseServer: unexpected('chooseServer'),
    server: unexpected('server'),
    drift: unexpected('drift'),
    repair: unexpected('repair'),
    keys: unexpected('keys'),
    makeKey: unexpected('makeKey'),
    removeKey: unexpected('removeKey'),
    // Asked with every key that is not the owner's: none is known unless a test says so.
    findKey: async () => undefined,
    startMonitor: unexpected('startMonitor'),
    stopMonitor: unexpected('stopMonitor'),
    resume: unexpected('resume'),
    status: unexpected('status'),
    health: unexpected('health'),
    run: unexpected('run'),
    events: {
      now: unexpected('events'),
      read: unexpected('events'),
      hasGap: unexpected('events'),
      listen: () => () => {},
    },
    ownPasses: unexpected('ownPasses'),
    ownPass: unexpected('ownPass'),
    finishOwn: unexpected('finishOwn'),
    askForTime: unexpected('askForTime'),
    answerTime: unexpected('answerTime'),
    answerLeaving: unexpected('answerLeaving'),
    unlink: unexpected('unlink'),
    // Whoever uses a command or a button shows their language by it.
    noteLocale: async () => {},
    ...answers,
  }
}

function unexpected(name: keyof Core) {
  return async (): Promise<never> => {
    throw new Error(`Nobody expected core.${name}`)
  }
}
