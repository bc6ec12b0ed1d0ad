import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/compile-once.ts'],
    setupFiles: ['test/support/discord-watch.ts'],
    // Many tests wait for another process, so that a second worker helps even where there are two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // What is loaded is kept for the next file: loading it anew took more than a quarter of the time.
    isolate: false,
    // Where other work shares the machine, a wait by real time may be too short once; what is wrong fails again.
    retry: process.env.CI ? 1 : 0,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    unstubEnvs: true,
  },
})
