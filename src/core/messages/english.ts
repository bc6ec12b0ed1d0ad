import { discord } from './discord.js'
import { fences } from './fences.js'
import { libraries } from './libraries.js'
import { reasons } from './reasons.js'
import { refusals } from './refusals.js'
import { terminal } from './terminal.js'

/** Every text that people read, in English. A further language is one more object of the same type. */
export const english = { discord, fences, libraries, reasons, refusals, terminal }
