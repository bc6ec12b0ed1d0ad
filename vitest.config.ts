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
    testTimeout: 60_000,
    hookTimeout: 60_000,
    unstubEnvs: true,
  },
})
