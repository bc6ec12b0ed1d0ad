import { type APIEmbed, type APIEmbedField, ButtonStyle } from 'discord.js'
import type { DiscordWords } from '../core/messages/discord.js'
import type { EnforcementStep, Resolution, Violation } from '../core/model.js'
import { button, buttonRow } from './components.js'
import { lines, type MessageParts, type MessageRow } from './message.js'
import { byText, guestText, titlesText, titleText } from './names.js'
import { escaped, instant, seconds } from './text.js'

const RED = 0xd64545
const GREEN = 0x3f9b5f
const GREY = 0x8a8f98
const STEPS_SHOWN = 8

/** The one card of a violation, which is edited as the story goes on; its buttons go when somebody has decided. */
export function violationMessage(words: DiscordWords, violation: Violation): MessageParts {
  const embeds = [violationCard(words, violation)]
  return violation.resolution ? { embeds } : { embeds, components: [decisions(words, violation.id)] }
}

function decisions({ cards }: DiscordWords, id: string): MessageRow {
  return buttonRow(
    button('allow', id, cards.allowOnce),
    button('assign', id, cards.assignThis),
    button('revoke', id, cards.revoke, ButtonStyle.Danger),
    button('dismiss', id, cards.dismiss),
  )
}

/** What was decided, by whom and when. */
export function decisionText(words: DiscordWords, { action, by, at }: Resolution): string {
  return words.cards.decided[action](byText(words, by), instant(at, 'R'))
}

function violationCard(words: DiscordWords, violation: Violation): APIEmbed {
  const { guest, media, player, allowed, repeats, lastSeenAt } = violation
  const fields = [
    field(words.admins.guest, guestText(words, guest), true),
    field(words.admins.played, titleText(media), true),
    field(words.admins.where, playerText(words, player), true),
    field(words.admins.allowed, allowed.length > 0 ? titlesText(allowed) : words.admins.nothingAllowed),
    field(words.admins.done, whatWasDone(words, violation)),
    ...(repeats > 0
      ? [field(words.admins.repeats, words.admins.repeated(repeats, instant(lastSeenAt, 'R')))]
      : []),
    ...(violation.resolution ? [field(words.cards.decision, decisionText(words, violation.resolution))] : []),
  ]
  return {
    title: cardTitle(words, violation),
    color: cardColor(violation),
    description: lines(
      words.admins.seen(instant(violation.firstSeenAt)),
      violation.slip && words.admins.slip,
    ),
    fields,
  }
}

function cardTitle(words: DiscordWords, violation: Violation): string {
  const titles = {
    running: words.admins.violationRunning,
    ended: words.admins.violationEnded,
    'not-ended': words.admins.violationNotEnded,
  }
  return titles[violationState(violation)]
}

/** How it stands with the stream. */
export function violationState(violation: Violation): 'running' | 'ended' | 'not-ended' {
  if (violation.endedAt !== undefined) return 'ended'
  return isGivenUp(violation) ? 'not-ended' : 'running'
}

/** What stands for how it is, at a glance. */
export function cardColor(violation: Violation): number {
  if (violation.endedAt !== undefined) return GREEN
  return violation.enforcement.some((step) => step.rung === 'report') ? GREY : RED
}

/** Every rung that was tried came to nothing. */
function isGivenUp({ enforcement }: Violation): boolean {
  const hopeless = new Set<EnforcementStep['outcome']>(['refused', 'impossible', 'failed'])
  return enforcement.length > 0 && enforcement.every((step) => hopeless.has(step.outcome))
}

function whatWasDone(words: DiscordWords, { enforcement, streams, endedAt }: Violation): string {
  const steps = enforcement.slice(-STEPS_SHOWN).map((step) => stepText(words, step))
  const last = streams.at(-1)
  const gone =
    endedAt !== undefined && last ? words.admins.goneAfter(seconds(endedAt - last.firstSeenAt)) : ''

  return lines(...(steps.length > 0 ? steps : [words.admins.nothingDone]), gone)
}

function stepText(words: DiscordWords, { rung, outcome, tookMs, reason }: EnforcementStep): string {
  const took = tookMs === undefined ? '' : words.admins.after(seconds(tookMs))
  const done = words.admins.step(words.admins.rungs[rung], words.admins.outcomes[outcome], took)

  return reason === undefined ? done : `${done} (${escaped(reason, 120)})`
}

/** The app, and the device that it runs on. */
export function playerText(words: DiscordWords, { product, device, platform }: Violation['player']): string {
  const where = device || platform
  if (product && where) return words.admins.on(escaped(product, 100), escaped(where, 100))
  return escaped(product || where, 100) || words.admins.unknownPlayer
}

function field(name: string, value: string, inline = false): APIEmbedField {
  return { name, value, inline }
}
