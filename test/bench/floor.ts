import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Household } from './household.js'

/** A bare client in a process of its own, to compare the program with. */
export interface Floor {
  sleep(): void
  wake(): void
  stop(): void
}

export async function startFloor({ stage, world }: Household): Promise<Floor> {
  const child = fork(join(import.meta.dirname, 'floor-child.ts'), {
    execArgv: ['--import', 'tsx'],
    env: {
      ...process.env,
      FLOOR_URL: stage.plexServer.url,
      FLOOR_TOKEN: world.owner.token,
      FLOOR_PERSON: 'passer.by',
    },
  })
  await once(child, 'message')
  return {
    sleep: () => void child.kill('SIGSTOP'),
    wake: () => void child.kill('SIGCONT'),
    stop: () => void child.kill('SIGKILL'),
  }
}
