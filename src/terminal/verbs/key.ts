import { type Command, Option } from 'commander'
import { z } from 'zod'
import { terminal as words } from '../../core/messages/terminal.js'
import { orders } from '../../core/messages/terminal-orders.js'
import { keyScopes, type WireKey } from '../../wire/shapes.js'
import type { Column } from '../table.js'
import { inColumn } from '../times.js'
import { addVerb, type OpenDesk } from '../verb.js'

const { columns } = words

/** `otp key`: keys of the API besides the one in the configuration. */
export function addKey(program: Command, openDesk: OpenDesk): void {
  const group = program.command('key').description('keys of the REST API')

  addVerb(group, openDesk, {
    usage: 'list',
    summary: 'the keys besides the one in the configuration, and when each was used last',
    example: 'otp key list',
    options: z.object({}),

    async run(_, __, { remote, show }) {
      const service = await remote()
      const keys = await show.waiting(orders.waiting.service(), service.keys())
      show.table(keys, keyColumns, orders.noKeys())
    },
  })

  addVerb(group, openDesk, {
    usage: 'new <name>',
    summary: 'make a key; it is shown this once',
    example: 'otp key new kitchen --scope read',
    flags: [new Option('--scope <scope>', 'what it may do').choices(keyScopes).makeOptionMandatory()],
    options: z.object({ scope: z.enum(keyScopes) }),

    async run([name = ''], { scope }, { remote, show }) {
      const service = await remote()
      const made = await show.waiting(orders.waiting.service(), service.makeKey({ name, scope }))
      show.one(made, () => [orders.keyMade(made.name, made.scope), made.key, orders.keyOnce()])
    },
  })

  addVerb(group, openDesk, {
    usage: 'rm <name>',
    summary: 'remove a key; it opens nothing from then on',
    example: 'otp key rm kitchen',
    options: z.object({}),

    async run([name = ''], _, { remote, show }) {
      const service = await remote()
      const removed = await show.waiting(orders.waiting.service(), service.removeKey(name))
      show.one(removed, () => [orders.keyRemoved(removed.name)])
    },
  })
}

const keyColumns: Column<WireKey>[] = [
  { head: columns.name, cell: ({ name }) => name, whole: true },
  { head: columns.scope, cell: ({ scope }) => scope },
  { head: columns.used, cell: ({ lastUsedAt }) => (lastUsedAt ? inColumn(lastUsedAt) : orders.never()) },
  { head: columns.made, cell: ({ createdAt }) => inColumn(createdAt) },
  { head: columns.by, cell: ({ createdBy }) => createdBy },
]
