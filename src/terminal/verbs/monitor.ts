import type { Command } from 'commander'
import { z } from 'zod'
import { terminal as words } from '../../core/messages/terminal.js'
import { orders } from '../../core/messages/terminal-orders.js'
import { addVerb, type OpenDesk } from '../verb.js'

const summaries = {
  start: 'have streams judged from now on',
  stop: 'leave streams alone, also after a restart; deadlines and the taking back of access go on',
}

/** `otp monitor`: the guard on and off. */
export function addMonitor(program: Command, openDesk: OpenDesk): void {
  const group = program.command('monitor').description('the guard; "otp status" shows how it is')

  for (const to of ['start', 'stop'] as const) {
    addVerb(group, openDesk, {
      usage: to,
      summary: summaries[to],
      example: `otp monitor ${to}`,
      options: z.object({}),

      async run(_, __, { remote, show }) {
        const service = await remote()
        const status = await show.waiting(
          orders.waiting.service(),
          to === 'start' ? service.startMonitor() : service.stopMonitor(),
        )
        show.one(status, () => [status.running ? words.monitorOn('') : words.monitorOff('')])
      },
    })
  }
}
