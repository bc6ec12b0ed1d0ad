import { connectionChecks } from './connection-checks.js'
import { deadlines } from './deadlines.js'
import { discord } from './discord.js'
import { discordSetup } from './discord-setup.js'
import { doctor } from './doctor.js'
import { drift } from './drift.js'
import { events } from './events.js'
import { fences } from './fences.js'
import { keys } from './keys.js'
import { libraries } from './libraries.js'
import { push } from './push.js'
import { reasons } from './reasons.js'
import { refusals } from './refusals.js'
import { resolutions } from './resolutions.js'
import { restored } from './restored.js'
import { signIn } from './sign-in.js'
import { terminal } from './terminal.js'
import { watch } from './watch.js'

/** Every text that people read, in English. A further language is one more object of the same type. */
export const english = {
  connectionChecks,
  deadlines,
  discord,
  discordSetup,
  doctor,
  drift,
  events,
  fences,
  keys,
  libraries,
  push,
  reasons,
  refusals,
  resolutions,
  restored,
  signIn,
  terminal,
  watch,
}
