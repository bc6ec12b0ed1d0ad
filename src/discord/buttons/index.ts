import type { Button } from '../button.js'
import { decisions } from './decide.js'
import { done } from './done.js'
import { leavingAnswers } from './left.js'
import { monitorButtons } from './monitor.js'
import { moreTime, timeAnswers } from './more-time.js'
import { undo } from './undo.js'
import { unlink } from './unlink.js'
import { violation } from './violation.js'

/** Every button and menu that outlives the program; questions with Confirm and Cancel are the bot's own. */
export const buttons: readonly Button[] = [
  ...decisions,
  ...monitorButtons,
  undo,
  violation,
  done,
  moreTime,
  ...timeAnswers,
  unlink,
  ...leavingAnswers,
]
