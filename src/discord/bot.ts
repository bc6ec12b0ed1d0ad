import {
  type AutocompleteInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  type Interaction,
  MessageFlags,
  PermissionFlagsBits,
} from 'discord.js'
import type { Core } from '../core/api.js'
import { OtpError } from '../core/errors.js'
import { english } from '../core/messages/english.js'
import type { Clock, Ids, Logger } from '../core/ports.js'
import type { DiscordClient, DiscordConfig } from './client.js'
import type { Choice, Command, Reply } from './command.js'
import { registerCommands } from './deploy.js'
import { errorWords } from './errors.js'
import { type MessageJson, type MessageParts, message, noMentions } from './message.js'
import { createQuestions } from './questions.js'
import { reasonOf } from './redact.js'
import { confirmRow } from './replies.js'
import { cut, plain } from './text.js'

const words = english.discord
/** Discord forgets a key press after three seconds. */
const SUGGEST_WITHIN_MS = 2_500
const STOP_WITHIN_MS = 5_000

/**
 * Answers everything that people do with the bot: acknowledges at once, checks that they may, runs the
 * command, and puts the answer or the refusal into words.
 */
export function createBot({ client, core, commands, config, clock, ids, log }: BotNeeds) {
  const byName = new Map(commands.map((command) => [command.data.name, command]))
  const questions = createQuestions(clock)
  const running = new Set<Promise<void>>()
  let stopping = false

  client.whenReady((rest) => {
    registerCommands({ rest, config, commands, log }).catch((error: unknown) =>
      log.error('discord commands could not be registered', { reason: reasonOf(error, config.token) }),
    )
  })
  client.whenInteraction((interaction) => {
    const work = handle(interaction).catch((error: unknown) => lost(interaction, error))
    running.add(work)
    void work.finally(() => running.delete(work))
  })

  return { stop }

  /** Takes no more work and waits a little for what is being done, so that nobody is left without an answer. */
  async function stop(): Promise<void> {
    stopping = true
    const patience = new AbortController()
    await Promise.race([Promise.allSettled([...running]), clock.sleep(STOP_WITHIN_MS, patience.signal)])
    patience.abort()
  }

  async function handle(interaction: Interaction): Promise<void> {
    if (interaction.isAutocomplete()) return suggest(interaction)
    if (interaction.isChatInputCommand()) return run(interaction)
    if (interaction.isButton()) return press(interaction)
  }

  async function run(interaction: ChatInputCommandInteraction): Promise<void> {
    await interaction.deferReply({ flags: MessageFlags.Ephemeral })

    const command = byName.get(interaction.commandName)
    const answer = stopping
      ? saying(words.errors.restarting())
      : await outcome(() => perform(interaction, command))
    await interaction.editReply(sendable(answer))
  }

  async function perform(
    interaction: ChatInputCommandInteraction,
    command: Command | undefined,
  ): Promise<Reply> {
    if (!command) throw new Error(`No command is called ${interaction.commandName}`)
    if (command.adminOnly) checkAdmin(interaction)

    return command.run({ options: interaction.options, core, by: byOf(interaction) })
  }

  async function press(interaction: ButtonInteraction): Promise<void> {
    const [version, action, id] = interaction.customId.split(':')
    await interaction.deferUpdate()

    if (!isAdmin(interaction)) return aside(interaction, words.errors.forbidden())
    if (version !== 'otp1' || id === undefined || (action !== 'yes' && action !== 'no')) {
      return settle(interaction, saying(words.replies.noLongerValid()))
    }
    const question = questions.take(id)
    if (question.kind === 'answered') return aside(interaction, words.replies.alreadyAnswered())
    if (question.kind === 'unknown') return settle(interaction, saying(words.replies.noLongerValid()))
    if (action === 'no') return settle(interaction, saying(words.replies.cancelled()))
    await settle(interaction, await outcome(() => question.confirmed(byOf(interaction))))
  }

  /** Replaces the question and its buttons. */
  async function settle(interaction: ButtonInteraction, answer: MessageJson): Promise<void> {
    await interaction.editReply(sendable(answer))
  }

  async function aside(interaction: ButtonInteraction, content: string): Promise<void> {
    await interaction.followUp({ ...sendable(saying(content)), flags: MessageFlags.Ephemeral })
  }

  async function suggest(interaction: AutocompleteInteraction): Promise<void> {
    const command = byName.get(interaction.commandName)
    const { name, value } = interaction.options.getFocused(true)
    const allowed = !stopping && (!command?.adminOnly || isAdmin(interaction))
    const patience = new AbortController()
    const none = clock.sleep(SUGGEST_WITHIN_MS, patience.signal).then((): Choice[] => [])
    const asked = allowed ? command?.autocomplete?.({ option: name, typed: value, core }) : undefined
    const found = await Promise.race([asked ?? [], none]).catch((error: unknown): Choice[] => {
      log.warn('no suggestions', { command: interaction.commandName, reason: reasonOf(error, config.token) })
      return []
    })

    patience.abort()
    await interaction.respond(fitChoices(found))
  }

  /** The words for whatever the work comes to. */
  async function outcome(work: () => Promise<Reply>): Promise<MessageJson> {
    try {
      const reply = await work()
      if (reply.kind === 'say') return message(reply.message)
      return message({ ...reply.message, components: [confirmRow(questions.ask(reply.confirmed))] })
    } catch (error) {
      return saying(errorWords(error, () => noted(error)))
    }
  }

  /** Logs what nobody expected and answers with the reference to it. */
  function noted(error: unknown): string {
    const ref = ids.next().slice(-8)
    const stack =
      error instanceof Error ? reasonOf(new Error(error.stack ?? error.message), config.token) : undefined
    log.error('command failed', { ref, reason: reasonOf(error, config.token), stack })
    return ref
  }

  /** Too late, or Discord does not answer: nothing more can be said to the person. */
  function lost(interaction: Interaction, error: unknown): void {
    log.error('interaction could not be answered', {
      interaction: interaction.id,
      user: interaction.user.id,
      reason: reasonOf(error, config.token),
    })
  }

  function checkAdmin(interaction: Interaction): void {
    if (!isAdmin(interaction)) throw new OtpError('forbidden', words.errors.forbidden())
  }

  /** By the configured roles or, without them, by Manage Server; only in the configured guild. */
  function isAdmin(interaction: Interaction): boolean {
    if (interaction.guildId !== config.guildId || !interaction.member) return false
    if (config.adminRoleIds.length === 0) {
      return interaction.memberPermissions?.has(PermissionFlagsBits.ManageGuild) ?? false
    }
    const { roles } = interaction.member
    const held = Array.isArray(roles) ? roles : [...roles.cache.keys()]
    return held.some((id) => config.adminRoleIds.includes(id))
  }
}

interface BotNeeds {
  client: Pick<DiscordClient, 'whenReady' | 'whenInteraction'>
  core: Core
  commands: readonly Command[]
  config: DiscordConfig
  clock: Clock
  ids: Ids
  log: Logger
}

function byOf(interaction: Interaction): string {
  return `discord:${interaction.user.id}`
}

function saying(content: string): MessageJson {
  const parts: MessageParts = { content }
  return message(parts)
}

function sendable(json: MessageJson) {
  return { ...json, allowedMentions: noMentions }
}

/** At most 25, each with a name and a value of up to 100 characters, none twice. */
function fitChoices(choices: readonly Choice[]): Choice[] {
  const seen = new Set<string>()

  return choices
    .map(({ name, value }) => ({ name: cut(plain(name), 100), value }))
    .filter(({ name, value }) => {
      if (name === '' || value === '' || value.length > 100 || seen.has(value)) return false
      seen.add(value)
      return true
    })
    .slice(0, 25)
}
