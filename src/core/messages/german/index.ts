import type { DiscordWords } from '../discord.js'
import { access } from './access.js'
import { admins } from './admins.js'
import { cards } from './cards.js'
import { commands } from './commands.js'
import { errors, hints, kinds, people } from './errors.js'
import { finding } from './finding.js'
import { guest } from './guest.js'
import { pass, wishes } from './guests.js'
import { outbox } from './outbox.js'
import { replies } from './replies.js'
import { restored } from './restored.js'

/** Every text of Discord in German. People are addressed as friends are. */
export const german: DiscordWords = {
  commands,
  replies,
  pass,
  guest,
  admins,
  wishes,
  errors,
  hints,
  kinds,
  people,
  access,
  cards,
  finding,
  outbox,
  restored,
}
