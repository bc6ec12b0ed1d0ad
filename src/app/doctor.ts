import { createCalendar } from '../calendar/calendar.js'
import { describeProblem } from '../config/problems.js'
import { type LoadedConfig, requireForServe } from '../config.js'
import type { DriftReport, RepairReport } from '../core/access/drift-findings.js'
import { createCore } from '../core/core.js'
import { OtpError } from '../core/errors.js'
import { doctor as words } from '../core/messages/doctor.js'
import type { Library } from '../core/model.js'
import type { Store } from '../core/ports.js'
import { type Check, tryConnection } from '../core/sign-in/checks.js'
import { checkWay } from '../core/sign-in/way-checks.js'
import { checkDiscord } from '../discord/check.js'
import { lookAtRoot, type RootLook } from '../files/root-look.js'
import { createPrivateShelf } from '../files/shelf.js'
import { storeExists } from '../store/file.js'
import { createMemoryStore } from '../store/memory.js'
import { openStore } from '../store/open.js'
import { createIds } from '../util/ids.js'
import { secrets } from '../util/secrets.js'
import { connect, type WithoutService } from './without-service.js'

interface DoctorHere {
  checks(): Promise<Check[]>
  drift?: { look(): Promise<DriftReport>; repair(by: string): Promise<RepairReport> }
}

/**
 * Looks at everything that OTP needs. Nothing runs meanwhile, and no store is made where there is none: then Plex
 * is compared with no records at all.
 */
export async function withDoctor<T>(
  needs: WithoutService,
  work: (here: DoctorHere) => Promise<T>,
): Promise<T> {
  const { file, loaded } = needs
  const config = configChecks(file, loaded)
  if (loaded.problems.length > 0) return work({ checks: async () => config })

  const { store: opened, check } = await openedStore(loaded.config.store.url)
  const store = check.outcome === 'bad' ? undefined : opened
  try {
    const parts = await connect(needs, store)
    return await work({
      checks: async () => {
        const connection = await tryConnection(parts)
        const way = await checkWay({ ...parts, store }, connection)
        const root = await rootCheck(loaded.config.access.privateRoot, way.libraries)
        const discord = await checkDiscord({ config: loaded.config.discord, clock: needs.clock })
        return [...config, check, ...connection.checks, ...way.checks, root, ...discord]
      },
      ...(check.outcome !== 'bad' && { drift: driftWith(needs, parts, store ?? createMemoryStore()) }),
    })
  } finally {
    await opened?.close()
  }
}

function driftWith(
  { loaded, clock }: WithoutService,
  parts: Awaited<ReturnType<typeof connect>>,
  store: Store,
): NonNullable<DoctorHere['drift']> {
  const { access, monitor } = loaded.config
  const core = createCore(
    {
      ...parts,
      shelf: createPrivateShelf({ root: access.privateRoot }),
      store,
      // What there is to tell waits for the service.
      notifier: { deliver: async () => ({ kind: 'later', reason: 'OTP is not running' }) },
      calendar: createCalendar(access.timeZone),
      clock,
      ids: createIds(clock),
      secrets,
      // Nobody guards here.
      plexEvents: { listen: async () => ({ kind: 'stopped', reason: 'OTP is not running' }) },
      meter: { note: () => {} },
    },
    { access, monitor },
  )
  return { look: core.drift, repair: (by) => core.repair({ by }) }
}

function configChecks(file: string, loaded: LoadedConfig): Check[] {
  const problems = requireForServe(loaded)
  if (problems.length === 0) {
    const found = loaded.fileFound ? words.config.good(file) : words.config.fromEnvironment(file)
    return [{ check: 'config', outcome: 'good', found }]
  }
  return problems.map((one) => ({
    check: 'config',
    outcome: 'bad',
    found: describeProblem(one),
    remedy: words.config.remedy(),
  }))
}

async function openedStore(url: string): Promise<{ store: Store | undefined; check: Check }> {
  if (!(await storeExists(url))) {
    return { store: undefined, check: { check: 'store', outcome: 'lacking', found: words.store.none(url) } }
  }
  try {
    const store = await openStore(url)
    return { store, check: await readCheck(store, url) }
  } catch (error) {
    if (!(error instanceof OtpError)) throw error
    return { store: undefined, check: storeProblem(error) }
  }
}

async function readCheck(store: Store, url: string): Promise<Check> {
  try {
    await store.page('guest', { limit: 1 })
    return { check: 'store', outcome: 'good', found: words.store.good(url) }
  } catch (error) {
    if (!(error instanceof OtpError)) throw error
    return storeProblem(error)
  }
}

function storeProblem({ message }: OtpError): Check {
  return { check: 'store', outcome: 'bad', found: message, remedy: words.store.remedy() }
}

async function rootCheck(root: string, libraries: readonly Library[] | undefined): Promise<Check> {
  if (root === '') return { check: 'private-root', outcome: 'lacking', found: words.privateRoot.none() }

  const lendable = (libraries ?? []).filter(({ type }) => type === 'movie' || type === 'show')
  const folders = lendable.flatMap((one) => one.folders)
  return {
    check: 'private-root',
    ...rootFound(root, await lookAtRoot(root, folders), libraries !== undefined),
  }
}

function rootFound(root: string, look: RootLook, isAsked: boolean): Omit<Check, 'check'> {
  const { privateRoot: said } = words
  const { remedies } = said

  switch (look.kind) {
    case 'missing':
      return { outcome: 'bad', found: said.missing(root), remedy: remedies.make() }
    case 'no-folder':
      return { outcome: 'bad', found: said.noFolder(root), remedy: remedies.make() }
    case 'not-writable':
      return { outcome: 'bad', found: said.notWritable(root, look.user), remedy: remedies.write() }
    case 'usable':
      if (!isAsked) return { outcome: 'good', found: said.unknown(root) }
      if (look.unseen.length > 0) {
        return { outcome: 'bad', found: said.unseen(look.unseen), remedy: remedies.see() }
      }
      if (look.apart.length > 0) return { outcome: 'lacking', found: said.apart(root, look.apart) }
      return { outcome: 'good', found: said.good(root) }
  }
}
