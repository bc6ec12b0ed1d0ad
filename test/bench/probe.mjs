// Loaded into the program that is measured; answers over the channel to its parent what only it can know.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const delay = monitorEventLoopDelay({ resolution: 5 })

process.on('message', (asked) => {
  if (asked === 'watch') delay.enable()
  if (asked === 'unwatch') delay.disable()
  if (asked === 'reset') delay.reset()
  if (asked === 'collect') collectGarbage()
  const { user, system } = process.cpuUsage()
  process.send?.({
    cpuMs: (user + system) / 1_000,
    rssMb: process.memoryUsage.rss() / 1e6,
    heapMb: process.memoryUsage().heapUsed / 1e6,
    // What is slept between two looks is no stall.
    stallMs: Math.max(0, delay.max / 1e6 - 5),
  })
})
function collectGarbage() {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}

// The channel alone keeps nobody running.
process.channel?.unref()
