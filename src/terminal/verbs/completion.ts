import type { Command } from 'commander'
import { z } from 'zod'
import { bashScript } from '../completion/bash.js'
import { fishScript } from '../completion/fish.js'
import { suggest } from '../completion/suggest.js'
import { kinds, placesOf } from '../completion/tree.js'
import { zshScript } from '../completion/zsh.js'
import { addVerb, type OpenDesk } from '../verb.js'

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript }
const shells = ['bash', 'zsh', 'fish'] as const
/** Whoever waits for a key press to be answered waits no longer. */
const patienceMs = 1_500

/** `otp completion`: a script for the shell; and the hidden verb by which it asks the running service. */
export function addCompletion(program: Command, openDesk: OpenDesk): void {
  addVerb(program, openDesk, {
    usage: 'completion <shell>',
    summary: 'print a script that completes verbs, options, guests and titles',
    example: 'source <(otp completion bash)',
    choices: { shell: shells },
    options: z.object({}),

    async run([shell], _, { show }) {
      const script = scripts[z.enum(shells).parse(shell)](placesOf(program))
      show.one(script, () => script.trimEnd().split('\n'))
    },
  })

  addVerb(
    program,
    openDesk,
    {
      usage: 'complete <kind> [typed...]',
      summary: 'what can stand in the place of the last word',
      example: 'otp complete media -- Good Ne',
      options: z.object({}),

      async run([kind, ...typed], _, { remote, show }) {
        const known = z.enum(kinds).safeParse(kind)
        if (!known.success) return
        try {
          const service = await remote({ timeoutMs: patienceMs })
          const found = await suggest(known.data, typed, service)
          for (const one of found) show.one(one, () => [one])
        } catch {
          // Nobody wants to read of it in the middle of a command line: nothing is suggested.
        }
      },
    },
    { hidden: true },
  )
}
