import type { JournalEntry } from '../../../src/simulator/plex/http.js'
import type { GuardWorld } from './guard-world.js'
import type { Stream } from './household.js'
import { isValid, mayBeEnded, type Records } from './truth.js'

/** How often one stream of one item may be asked to end, besides what chance and people add to it. */
const callsForOneStream = 45

/**
 * Looks at everything that the server is asked to end, at the moment when it is asked, and complains of what
 * should never have been asked for.
 */
export function watchCalls(guard: GuardWorld) {
  const { world, plexServer, streams, memory, settings } = guard
  const complaints: string[] = []
  const counts = new Map<string, number>()
  const dryRun = settings.monitor.onViolation.every((rung) => rung === 'report')
  let seen = 0

  guard.onRest(look)
  return { complaints }

  function look(): void {
    // Who lives through many days has the journal emptied now and then.
    if (plexServer.journal.length < seen) seen = 0
    for (; seen < plexServer.journal.length; seen += 1) {
      const entry = plexServer.journal[seen]
      if (entry) judgeCall(entry)
    }
  }

  function judgeCall(entry: JournalEntry): void {
    const target = targetOf(entry)
    if (target === undefined) return
    if (typeof target === 'string') return void judgeOdd(entry, target)

    const name = `${entry.path} ${nameOf(target)}`
    count(name)
    if (!mayBe(target)) complaints.push(`at ${when(entry.at)} ${name}: nobody may end that`)
    else if (dryRun && !isClosing(target)) complaints.push(`${name} although violations are only reported`)
  }

  /** The stream that somebody asks to end; a name for one that no player stands behind. */
  function targetOf({ path, query, headers }: JournalEntry): Stream | string | undefined {
    if (path === '/status/sessions/terminate')
      return known(({ id }) => id === query.sessionId, query.sessionId)
    if (path === '/player/playback/stop') {
      const machine = headers['x-plex-target-client-identifier']
      return known(({ device }) => device.machineIdentifier === machine, machine)
    }
    if (path.startsWith('/transcode/')) return known(({ transcodeKey }) => transcodeKey === path, path)
    return undefined
  }

  function known(isIt: (session: Stream['player']['session']) => boolean, name = 'nothing') {
    return streams.find(({ player }) => isIt(player.session)) ?? name
  }

  /** Of the rows that no player stands behind, live television alone is somebody's violation. */
  function judgeOdd({ path, at }: JournalEntry, name: string): void {
    count(`${path} ${name}`)
    if (name === 'odd-live' && mayBeLive()) return
    complaints.push(`at ${when(at)} ${path} ${name}: nobody may end that`)
  }

  function mayBeLive(): boolean {
    const plexId = String(world.people.account('nora').plexId)
    return memory.lately(plexId).some(({ guest }) => guest?.watched) && !dryRun
  }

  /**
   * What counts is what plays now or what the program was last told of this session, and what is written down
   * now or was when this instant began.
   */
  function mayBe(stream: Stream): boolean {
    const { machineIdentifier } = stream.player.session.device
    const read = guard.lastRead()?.sessions.find((one) => one.player.machineId === machineIdentifier)
    const items = [stream.player.session.ratingKey, read?.item?.ratingKey].flatMap((key) =>
      key === undefined ? [] : (world.catalogue.item(key) ?? []),
    )
    return items.some((item) =>
      recordsOf(stream).some((records) => mayBeEnded(guard, stream.who, item, records)),
    )
  }

  function recordsOf({ who }: Stream): Records[] {
    const plexId = String(world.people.account(who).plexId)
    return memory.lately(plexId)
  }

  /** A pass that has ended ends the streams of its item, whatever becomes of violations. */
  function isClosing(stream: Stream): boolean {
    return recordsOf(stream).some(({ assignments }) => assignments.some((one) => !isValid(one)))
  }

  function count(name: string): void {
    const calls = (counts.get(name) ?? 0) + 1
    counts.set(name, calls)
    if (calls === callsForOneStream) complaints.push(`${name} was asked ${calls} times`)
  }

  function nameOf({ who, kind, player }: Stream): string {
    const item = world.catalogue.item(player.session.ratingKey)
    return `${who}'s ${item?.title} (${kind}, ${player.session.id})`
  }

  function when(at: number): string {
    return `${(at - guard.startedAt) / 1_000} s`
  }
}
