import type { Command } from '../src/discord/command.js'
import { assign } from './assign.js'
import { invite } from './invite.js'
import { monitor } from './monitor.js'
import { pass } from './pass.js'
import { unassign } from './unassign.js'

/** Every slash command. */
export const commands: readonly Command[] = [assign, unassign, invite, monitor, pass]
