import { systemClock } from '../../src/util/clock.js'
import { createLogger } from '../../src/util/log.js'
import { stopOnSignal } from '../../src/util/shutdown.js'

/** Runs until it is asked to stop; with the argument `stuck` closing never ends. */
const running = setInterval(() => {}, 1_000)

stopOnSignal({
  process,
  clock: systemClock,
  log: createLogger({ level: 'info', format: 'pretty', secrets: [] }),
  stop: () => (process.argv[2] === 'stuck' ? new Promise(() => {}) : Promise.resolve(clearInterval(running))),
})
process.stdout.write('ready\n')
