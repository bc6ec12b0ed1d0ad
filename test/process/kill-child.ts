import { appendFileSync } from 'node:fs'
import files from 'node:fs/promises'
import http from 'node:http'
import { createRequire, syncBuiltinESMExports } from 'node:module'

/**
 * Loaded before the program: counts whatever outlives it - a commit, a request that changes something at Plex, a
 * file - and kills the process with SIGKILL right after the n-th, whose answer the program never sees. Each step
 * is written down by name first, with nothing that is secret. The clock may run ahead, so that what OTP waits for
 * is over, and faster, so that it is over soon.
 */
const { MORTAL_STEPS = '', MORTAL_LAST_STEP, MORTAL_AHEAD_MS, MORTAL_SPEED } = process.env
const lastStep = Number(MORTAL_LAST_STEP ?? Infinity)
const aheadMs = Number(MORTAL_AHEAD_MS ?? 0)
const speed = Number(MORTAL_SPEED ?? 1)
const { now } = Date
const startedAt = now()
let steps = 0

Date.now = () => startedAt + aheadMs + Math.floor((now() - startedAt) * speed)
around(sqliteDatabase(), 'all', (call, [statement, ...rest]) => {
  if (!/^\s*(?:WITH|INSERT|UPDATE|DELETE)\b/.test(String(statement))) return call([statement, ...rest])

  const kinds = [...String(rest[0]).matchAll(/\["(\w+)\//g)].map(([, kind]) => kind)
  const answer = rest.at(-1)
  return call([
    statement,
    ...rest.slice(0, -1),
    (...given: unknown[]) => {
      step(`commit ${kinds.join(' ')}`)
      if (typeof answer === 'function') answer(...given)
    },
  ])
})
around(http, 'request', (call, given) => {
  const request = call(given)
  if (!(request instanceof http.ClientRequest)) return request

  const [path = ''] = request.path.split('?')
  const changes = request.method !== 'GET' || /\/(?:refresh|terminate)$/.test(path)
  if (changes) request.prependOnceListener('response', () => step(`${request.method} ${path}`))
  return request
})
for (const name of ['mkdir', 'link', 'rename', 'unlink', 'rmdir']) {
  around(files, name, async (call, given) => {
    const done = await call(given)
    step(name)
    return done
  })
}
syncBuiltinESMExports()

function step(name: string): void {
  steps += 1
  appendFileSync(MORTAL_STEPS, `${name}\n`)
  if (steps === lastStep) process.kill(process.pid, 'SIGKILL')
}

/** Puts something around a function of a module. */
function around(
  holder: object,
  name: string,
  how: (call: (given: unknown[]) => unknown, given: unknown[]) => unknown,
): void {
  const original: unknown = Reflect.get(holder, name)
  if (typeof original !== 'function') throw new Error(`There is no ${name} to put something around`)

  Reflect.set(holder, name, function (this: unknown, ...given: unknown[]) {
    return how((args) => Reflect.apply(original, this, args), given)
  })
}

/** What every statement of the store goes through. */
function sqliteDatabase(): object {
  const adapter = createRequire(import.meta.url).resolve('@keyv/sqlite')
  const sqlite: { Database: { prototype: object } } = createRequire(adapter)('sqlite3')
  return sqlite.Database.prototype
}
