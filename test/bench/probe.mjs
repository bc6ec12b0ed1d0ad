// Loaded into the program that is measured; answers over the channel to its parent what only it can know.
import { monitorEventLoopDelay } from 'node:perf_hooks'

const delay = monitorEventLoopDelay({ resolution: 5 })

process.on('message', (asked) => {
  if (asked === 'watch') delay.enable()
  if (asked === 'unwatch') delay.disable()
  if (asked === 'reset') delay.reset()
  const { user, system } = process.cpuUsage()
  process.send?.({
    cpuMs: (user + system) / 1_000,
    rssMb: process.memoryUsage.rss() / 1e6,
    // What is slept between two looks is no stall.
    stallMs: Math.max(0, delay.max / 1e6 - 5),
  })
})
// The channel alone keeps nobody running.
process.channel?.unref()
