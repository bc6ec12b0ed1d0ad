import type { Button } from '../button.js'
import { done } from './done.js'
import { leavingAnswers } from './left.js'
import { moreTime, timeAnswers } from './more-time.js'
import { unlink } from './unlink.js'

/** Every button and menu that outlives the program; questions with Confirm and Cancel are the bot's own. */
export const buttons: readonly Button[] = [done, moreTime, ...timeAnswers, unlink, ...leavingAnswers]
