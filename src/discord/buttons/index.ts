import type { Button } from '../button.js'
import { decisions } from './decide.js'
import { monitorButtons } from './monitor.js'
import { undo } from './undo.js'
import { violation } from './violation.js'

/** Every button and menu that outlives the program; questions with Confirm and Cancel are the bot's own. */
export const buttons: readonly Button[] = [...decisions, ...monitorButtons, undo, violation]
