import { createAcceptance } from './access/acceptance.js'
import { createAccess } from './access/access.js'
import { createDrift } from './access/drift.js'
import { createGiving } from './access/giving.js'
import { createGranting } from './access/granting.js'
import { createInvitationBook } from './access/invitation-book.js'
import { createInvitationMaking } from './access/invitation-making.js'
import { createInvites } from './access/invites.js'
import { createLabelling } from './access/labelling.js'
import { createLibraries } from './access/libraries.js'
import { createPeople } from './access/people.js'
import { createPrivateLibraries } from './access/private-library.js'
import { rememberReads } from './access/recent-reads.js'
import { createRestrictions } from './access/restrictions.js'
import { createSharing } from './access/sharing.js'
import { createStandingAccess } from './access/standing-access.js'
import { createWhereabouts } from './access/whereabouts.js'
import { createWithdrawing } from './access/withdrawing.js'
import type { Core, GuestSession, MonitorStatus, Settings } from './api.js'
import { createAssignments } from './assignments/assignments.js'
import { type Cause, createEndings, type StreamWatch } from './assignments/endings.js'
import { createExtension } from './assignments/extension.js'
import { createFollowing } from './assignments/following.js'
import { createHistoryProof } from './assignments/history-proof.js'
import { createPlays } from './assignments/plays.js'
import { createRevoking } from './assignments/revoking.js'
import { createUndo } from './assignments/undo.js'
import { createCondition } from './condition.js'
import { suggestDeadlines } from './deadlines.js'
import { createAccountWatch } from './engine/account-watch.js'
import { keepAtHand } from './engine/at-hand.js'
import { createBackground } from './engine/background.js'
import { createHousekeeping } from './engine/housekeeping.js'
import { createKeptPages } from './engine/kept-pages.js'
import { createRestored } from './engine/restored.js'
import { createRetention } from './engine/retention.js'
import { createServerFacts } from './engine/server-facts.js'
import { all } from './engine/transact.js'
import { createTurns } from './engine/turns.js'
import { OtpError } from './errors.js'
import { createJournal } from './events/journal.js'
import { createPosting } from './events/posting.js'
import { createCatalogue } from './finding/catalogue.js'
import { createGuestMatters } from './guests/guest-matters.js'
import { createApiKeys } from './keys/api-keys.js'
import { createLookup } from './lookup.js'
import { resolutions as resolutionWords } from './messages/resolutions.js'
import type { Assignment, Session, Violation } from './model.js'
import { createEnforcement } from './monitor/enforcement.js'
import { createLooks } from './monitor/looks.js'
import { createMonitor, type Monitor } from './monitor/monitor.js'
import { createOutage } from './monitor/outage.js'
import { createProgressNotes } from './monitor/progress-notes.js'
import { createPush, type Push } from './monitor/push.js'
import { createReaction } from './monitor/reaction.js'
import { createReadings } from './monitor/readings.js'
import { createResolutions } from './monitor/resolutions.js'
import { createSightings } from './monitor/sightings.js'
import { createSwitch } from './monitor/switch.js'
import { createViolations } from './monitor/violations.js'
import type { EndAnswer, PlexServer, Ports } from './ports.js'
import { createSearch } from './search.js'
import { reportServer } from './server-report.js'
import { createServerChoice } from './sign-in/server-choice.js'
import { createSignIn } from './sign-in/sign-in.js'
import { createOutbox } from './telling/outbox.js'
import { createTidings } from './telling/tidings.js'

/** Puts the program together from its ports. Nothing runs before `run` is called. */
export function createCore(given: Ports, settings: Settings, { random = Math.random } = {}): Core {
  const { clock, log } = given
  const kept = keepAtHand(given.store)
  const { hand } = kept
  const journal = createJournal({ ...kept, clock })
  const { store } = journal
  const ports = { ...given, store, plexAccount: rememberReads(given.plexAccount, clock) }
  const turns = createTurns()
  const background = createBackground({ log })
  const ending = new Map<string, Promise<void>>()

  const outbox = createOutbox({ ...ports, hand })
  const facts = createServerFacts({ ...given, store })
  const restored = createRestored({ ...ports, hand, outbox })
  const tidings = createTidings({ ...ports, outbox, facts })
  const outage = createOutage({ ...ports, outbox, random })
  const { poster } = ports
  const posting = createPosting({ ...ports, poster, feed: journal.feed, outbox, facts, random })
  const accountWatch = createAccountWatch({ ...given, store, outbox, machineIdentifier: facts.known })
  const catalogue = createCatalogue({ ...ports, facts })
  const search = createSearch({ ...ports, facts, catalogue })
  const people = createPeople(ports)
  const sharing = createSharing(ports)
  const labelling = createLabelling(ports)
  const whereabouts = createWhereabouts(ports)
  const privateLibraries = createPrivateLibraries(ports)
  const { whenDone, itemGrants } = settings.access
  const access = createAccess({ ...ports, sharing, labelling, granting: createGranting(ports), whenDone })
  const monitorSwitch = createSwitch({ store, outbox, clock, autostart: settings.monitor.autostart })

  // Endings need the monitor to end streams, the monitor needs endings when a pass is over.
  const streams: StreamWatch = {
    inspect: () => monitor.inspect(),
    mayBeHere: (plexId) => monitor.mayBeHere(plexId),
  }
  const endings = createEndings({
    ...ports,
    hand,
    access,
    privateLibraries,
    tidings,
    outbox,
    turns,
    streams,
    whenDone,
  })
  const reaction = createReaction()
  const looks = createLooks()
  const violations = createViolations({ ...ports, hand, reaction, outbox, settings })
  const enforcement = createEnforcement({
    ...ports,
    violations,
    lookAgain: () => monitor.inspect(),
    lookAt,
    reaction,
    unshare,
    settings,
  })
  const following = createFollowing({ ...ports, hand, facts, background, onFollowed: bringInLine })
  const push: Push = createPush({
    ...ports,
    enabled: settings.monitor.push,
    onOpened: () => monitor.wake(),
    onHeard: (reports) => monitor.hear(reports),
    onChanged: catalogue.note,
    onChange: () => monitor.reschedule(),
    onRejected: tokenRejected,
    random,
  })
  const plays = createPlays({ ...ports, background, settings })
  const assignmentPages = createKeptPages('assignment', { store, hand, clock })
  const lookup = createLookup({ ...ports, assignmentPages, people, plays, facts })
  const sightings = createSightings(ports)
  const readings = createReadings({ store, clock })
  const historyProof = createHistoryProof({ ...ports, background })
  const progress = createProgressNotes({
    ...ports,
    readings,
    sightings,
    plays,
    following,
    historyProof,
    end: endInBackground,
  })
  const monitor: Monitor = createMonitor({
    ...ports,
    hand,
    push,
    looks,
    background,
    sightings,
    facts,
    outage,
    readings,
    progress,
    violations,
    enforcement,
    settings,
    isRunning: monitorSwitch.isOn,
    end: endInBackground,
    tokenRejected,
  })
  const book = createInvitationBook({ ...ports, tidings })
  const wakeMonitor = monitor.wake
  const giving = createGiving({
    ...ports,
    hand,
    whereabouts,
    access,
    privateLibraries,
    endings,
    streams,
    tidings,
    outbox,
    turns,
    offers: { privateRoot: ports.shelf.root !== undefined, itemGrants },
  })
  const making = createInvitationMaking({ book, labelling, privateLibraries })
  const restrictions = createRestrictions({ ...ports, hand, access, giving, turns })
  const invites = createInvites({
    ...ports,
    book,
    sharing,
    making,
    restrictions,
    whereabouts,
    giving,
    outbox,
    turns,
    wakeMonitor,
  })
  const standingAccess = createStandingAccess({
    ...ports,
    book,
    invites,
    sharing,
    restrictions,
    access,
    giving,
    people,
    facts,
    outbox,
    turns,
  })
  const withdrawing = createWithdrawing({ ...ports, book, access, endings, tidings, outbox, turns })
  const acceptance = createAcceptance({
    ...ports,
    hand,
    book,
    invites,
    making,
    withdrawing,
    tidings,
    outbox,
    turns,
  })
  const extension = createExtension({
    ...ports,
    people,
    tidings,
    outbox,
    rules: settings.monitor,
    wakeMonitor,
  })
  const libraries = createLibraries(ports)
  const assignments = createAssignments({
    ...ports,
    giving,
    extension,
    book,
    invites,
    people,
    search,
    facts,
    turns,
    settings,
    wakeMonitor,
  })
  const { unassign, endAssignment } = createRevoking({ ...ports, people, endings })
  const resolutions = createResolutions({ ...ports, hand, outbox, assign: assignments.assign, unassign })
  const { undo } = createUndo({ ...ports, assign: assignments.assign })
  const guestMatters = createGuestMatters({
    ...ports,
    hand,
    people,
    endings,
    plays,
    extension,
    tidings,
    outbox,
    wakeMonitor,
  })
  const housekeeping = createHousekeeping({
    ...ports,
    hand,
    facts,
    endings,
    acceptance,
    restrictions,
    giving,
    following,
    accountWatch,
    monitorSwitch,
    journal,
    resolutions,
    restored,
    retention: createRetention({ store, clock, log, keptMs: settings.store?.retentionMs }),
    settings,
    guestChores: guestMatters.chores,
    end: endInBackground,
  })
  const drift = createDrift({
    ...ports,
    access,
    endings,
    privateLibraries,
    book,
    making,
    turns,
    whenDone,
  })
  const condition = createCondition({
    ...ports,
    lookup,
    monitor,
    monitorSwitch,
    outage,
    push,
    reaction,
    outbox,
    posting,
    facts,
    accountWatch,
    restored,
    settings,
  })
  // To try the connection, what was known of the account a while ago does not do.
  const asksOwner = { ...ports.plexAccount, owner: given.plexAccount.owner }
  const signIn = createSignIn({ ...ports, signedIn })
  const apiKeys = createApiKeys(ports)
  const serverChoice = createServerChoice({ ...ports, moved })

  return {
    ...guestMatters.calls,
    ...lookup,
    ...condition,
    assign: assignments.assign,
    unassign,
    endAssignment,
    extend: extension.order,
    invite: standingAccess.invite,
    withdrawInvitation: withdrawing.withdraw,
    resolve: resolutions.resolve,
    endSession,
    undo,
    sessions: async () => monitor.streams().guests,
    search: search.search,
    deadlines: async (typed) => suggestDeadlines(typed, clock.now(), ports.calendar),
    libraries: libraries.list,
    makeLibrary: libraries.make,
    removeLibrary: libraries.remove,
    friends: people.friends,
    guest: people.guest,
    beginSignIn: signIn.begin,
    checkSignIn: signIn.check,
    ownedServers: serverChoice.servers,
    chooseServer: serverChoice.choose,
    server: () => reportServer({ ...ports, plexAccount: asksOwner, drift }),
    drift: drift.look,
    repair: ({ by }) => drift.repair(by),
    keys: apiKeys.list,
    makeKey: apiKeys.make,
    removeKey: apiKeys.remove,
    findKey: apiKeys.find,
    startMonitor: (by) => turnMonitor(true, by),
    stopMonitor: (by) => turnMonitor(false, by),
    resume,
    events: journal.feed,
    run,
  }

  function endInBackground(assignment: Assignment, cause: Cause): void {
    if (ending.has(assignment.id)) return

    const work = endings
      .end([assignment], cause)
      .then(() => undefined)
      .catch((error: unknown) =>
        log.error('an assignment could not be ended', { assignment: assignment.id, error }),
      )
      .finally(() => ending.delete(assignment.id))
    ending.set(assignment.id, work)
  }

  async function unshare(violation: Violation, reason: string): Promise<boolean> {
    const { guest, machineIdentifier } = violation
    const theirs = await all(store, 'assignment', { open: true, guest: guest.plexId })
    const open = theirs.map((one) => one.record).filter((one) => one.machineIdentifier === machineIdentifier)
    const watched = (await lookup.guests()).find((one) => one.plexId === guest.plexId)
    const { givenLibraryKeys = [], grantedRatingKeys = [] } = watched ?? {}
    const gave = givenLibraryKeys.length + grantedRatingKeys.length > 0

    await endings.end(open, { state: 'revoked', by: 'otp', reason })
    return gave
  }

  async function endSession(request: { id: string; by: string; reason?: string }): Promise<GuestSession> {
    const found = monitor.streams().guests.find((one) => one.id === request.id)
    if (!found) throw new OtpError('not_found', resolutionWords.sessionGone(request.id))

    const reason = request.reason ?? resolutionWords.endedByAdmin()
    const answer = await endStream(ports.plexServer, monitor.endable(found.session), reason)
    log.info('stream ended by order', { session: found.id, by: request.by, answer: answer.kind })
    if (answer.kind !== 'accepted' && answer.kind !== 'gone') {
      throw new OtpError('conflict', resolutionWords.notEnded(answer.reason))
    }
    lookAt([clock.now() + 2_000])
    return found
  }

  /** The token is another one. */
  async function signedIn(): Promise<void> {
    await accountWatch.look()
    push.reconnect()
    monitor.wake()
  }

  /** The address is another one, and perhaps the server. */
  async function moved(): Promise<void> {
    facts.doubt()
    await facts.probe()
    catalogue.restart()
    push.reconnect()
    monitor.wake()
  }

  async function turnMonitor(on: boolean, by: string): Promise<MonitorStatus> {
    await monitorSwitch.turn(on, by)
    log.info(on ? 'monitor started' : 'monitor stopped', { by })
    monitor.wake()
    return condition.status()
  }

  async function resume({ by }: { by: string }) {
    const done = await restored.resume(by)
    housekeeping.goOn()
    monitor.wake()
    return done
  }

  function tokenRejected(): void {
    background.run(accountWatch.noteRejected, 'the account could not be looked at')
  }

  /** Who sleeps until the next reading may have to wake for it. */
  function lookAt(times: readonly number[]): void {
    for (const at of times) looks.add(at)
    monitor.reschedule()
  }

  async function bringInLine({ machineIdentifier, guest: { plexId } }: Assignment): Promise<void> {
    await turns.run(plexId, () => access.bringInLine(machineIdentifier, plexId, 'follow'))
  }

  /** Running streams are judged before anything else, by what is still open at that moment. */
  async function run(signal: AbortSignal, onJudged = () => {}): Promise<void> {
    await restored
      .log()
      .catch((error: unknown) => log.warn('whether OTP was restored could not be read', { error }))
    await housekeeping
      .closeOverdue()
      .catch((error: unknown) => log.warn('what is overdue could not be closed before the start', { error }))
    await monitor.inspect()
    onJudged()
    await Promise.all([
      monitor.run(signal),
      push.run(signal),
      housekeeping.run(signal),
      outbox.run(signal),
      catalogue.run(signal),
      posting.run(signal),
    ])
    await Promise.all(ending.values())
    await background.settled()
    await monitor.settled()
  }
}

/** By the session's id where it has one, else by remote control. */
async function endStream(plexServer: PlexServer, session: Session, reason: string): Promise<EndAnswer> {
  const answer = await plexServer.terminate(session, reason)
  return answer.kind === 'impossible' ? plexServer.stopPlayer(session) : answer
}
