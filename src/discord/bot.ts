import {
  type AutocompleteInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  type Interaction,
  MessageFlags,
  type StringSelectMenuInteraction,
} from 'discord.js'
import type { Core } from '../core/api.js'
import type { DiscordWords } from '../core/messages/discord.js'
import { english } from '../core/messages/english.js'
import type { Clock, Ids, Logger } from '../core/ports.js'
import { createAdmins } from './admins.js'
import type { Button, Pressed } from './button.js'
import type { DiscordClient, DiscordConfig } from './client.js'
import { type Choice, type Choosing, type Command, type Reply, say } from './command.js'
import { chooseRows, confirmRow } from './components.js'
import { type Pressable, readCustomId } from './custom-ids.js'
import { isForbidden, registerCommands } from './deploy.js'
import { errorWords } from './errors.js'
import { inviteLink } from './invite-link.js'
import { wordsFor } from './languages.js'
import { type MessageJson, message, noMentions } from './message.js'
import { createQuestions } from './questions.js'
import { reasonOf } from './redact.js'
import { cut, plain } from './text.js'

type PressInteraction = ButtonInteraction | StringSelectMenuInteraction

/** Discord forgets a key press after three seconds. */
const SUGGEST_WITHIN_MS = 2_500
const STOP_WITHIN_MS = 5_000

/**
 * Answers everything that people do with the bot: acknowledges at once, checks that they may, runs the
 * command, and puts the answer or the refusal into words.
 */
export function createBot({ client, core, commands, buttons, config, clock, ids, log }: BotNeeds) {
  const byName = new Map(commands.map((command) => [command.data.name, command]))
  const byAction = new Map(buttons.map((button) => [button.action, button]))
  const questions = createQuestions(clock)
  const { isAdmin, refusal } = createAdmins({ ...config, guildId: client.guildId })
  const running = new Set<Promise<void>>()
  let stopping = false

  client.whenReady((rest, guildIds) => {
    registerCommands({ rest, config, guildIds, commands, log }).catch((error: unknown) =>
      log.error('discord commands could not be registered', { reason: whyNotRegistered(error) }),
    )
  })
  client.whenInteraction((interaction) => {
    const work = handle(interaction).catch((error: unknown) => lost(interaction, error))
    running.add(work)
    void work.finally(() => running.delete(work))
    noteLanguage(interaction)
  })

  return { stop }

  /** Takes no more work and waits a little for what is being done, so that nobody is left without an answer. */
  async function stop(): Promise<void> {
    stopping = true
    const patience = new AbortController()
    await Promise.race([Promise.allSettled([...running]), clock.sleep(STOP_WITHIN_MS, patience.signal)])
    patience.abort()
  }

  /** Messages to the person are in the language that they read; nothing else depends on it. */
  function noteLanguage(interaction: Interaction): void {
    if (interaction.isAutocomplete() || stopping) return
    const noted = core
      .noteLocale({ discordUserId: interaction.user.id, locale: interaction.locale })
      .catch((error: unknown) =>
        log.warn('a language could not be noted', { reason: reasonOf(error, config.token) }),
      )
    running.add(noted)
    void noted.finally(() => running.delete(noted))
  }

  async function handle(interaction: Interaction): Promise<void> {
    if (interaction.isAutocomplete()) return suggest(interaction)
    if (interaction.isChatInputCommand()) return run(interaction)
    if (interaction.isButton() || interaction.isStringSelectMenu()) return press(interaction)
  }

  async function run(interaction: ChatInputCommandInteraction): Promise<void> {
    const words = wordsFor(interaction.locale)
    await interaction.deferReply({ flags: MessageFlags.Ephemeral })

    const command = byName.get(interaction.commandName)
    const answer = await outcome(interaction, words, async () => {
      if (stopping) return say(words.errors.restarting())
      if (!command) throw new Error(`No command is called ${interaction.commandName}`)
      if (command.adminOnly && !isAdmin(interaction)) return say(refusal(words, interaction))
      return command.run({ options: interaction.options, core, words, ...whoDid(interaction) })
    })
    await interaction.editReply(sendable(answer))
  }

  async function press(interaction: PressInteraction): Promise<void> {
    const words = wordsFor(interaction.locale)
    await interaction.deferUpdate()

    const pressed = readCustomId(interaction.customId)
    const button = pressed && byAction.get(pressed.action)
    if (stopping) return aside(interaction, say(words.errors.restarting()))
    if (pressed && isAnswer(pressed.action)) return answered(interaction, words, pressed)
    if (!pressed || !button) return outdated(interaction, words)
    if (button.adminOnly && !isAdmin(interaction)) return aside(interaction, say(refusal(words, interaction)))

    const picked = interaction.isStringSelectMenu() ? interaction.values[0] : undefined
    const call = { id: pressed.id, picked, core, words, ...whoDid(interaction) }
    await show(interaction, words, () => button.run(call))
  }

  /** Confirm, Cancel or one of a menu: by admins, or by the asker alone where it is their own affair. */
  async function answered(
    interaction: PressInteraction,
    words: DiscordWords,
    { action, id }: Pressable,
  ): Promise<void> {
    const refused = whyNotTheirs(interaction, words, id)
    if (refused !== undefined) return aside(interaction, say(refused))

    const question = questions.take(id)
    if (question.kind === 'answered') return aside(interaction, say(words.replies.alreadyAnswered()))
    if (question.kind === 'unknown') return settle(interaction, say(words.replies.noLongerValid()))
    if (action === 'no') return settle(interaction, say(words.replies.cancelled()))
    const picked = interaction.isStringSelectMenu() ? interaction.values[0] : undefined
    const answer = await outcome(interaction, words, () => question.confirmed(byOf(interaction), picked))
    await interaction.editReply(sendable(answer))
  }

  /** A question that has been forgotten decides nothing, so whoever sees it may hear so. */
  function whyNotTheirs(interaction: PressInteraction, words: DiscordWords, id: string): string | undefined {
    const askerId = questions.askerOf(id)
    if (askerId !== undefined) return askerId === interaction.user.id ? undefined : words.errors.notYours()
    return isAdmin(interaction) || !questions.isKnown(id) ? undefined : refusal(words, interaction)
  }

  async function show(
    interaction: PressInteraction,
    words: DiscordWords,
    work: () => Promise<Pressed>,
  ): Promise<void> {
    const pressed = await work().catch((error: unknown): Pressed => {
      return { kind: 'aside', reply: say(errorWords(words, error, () => noted(error))) }
    })
    if (pressed.kind === 'update')
      await interaction.editReply(sendable(shown(interaction, words, pressed.reply)))
    if (pressed.kind === 'aside') await followUp(interaction, shown(interaction, words, pressed.reply))
  }

  /** What this version does not know any more: the buttons go, what they stood under stays. */
  async function outdated(interaction: PressInteraction, words: DiscordWords): Promise<void> {
    await interaction.editReply({ components: [] })
    await aside(interaction, say(words.replies.noLongerValid()))
  }

  /** Replaces the message with the button. */
  async function settle(interaction: PressInteraction, reply: Reply): Promise<void> {
    await interaction.editReply(sendable(message(reply.message)))
  }

  async function aside(interaction: PressInteraction, reply: Reply): Promise<void> {
    await followUp(interaction, message(reply.message))
  }

  async function followUp(interaction: PressInteraction, answer: MessageJson): Promise<void> {
    await interaction.followUp({ ...sendable(answer), flags: MessageFlags.Ephemeral })
  }

  async function suggest(interaction: AutocompleteInteraction): Promise<void> {
    const words = wordsFor(interaction.locale)
    const command = byName.get(interaction.commandName)
    const { name, value } = interaction.options.getFocused(true)
    const allowed = !stopping && (!command?.adminOnly || isAdmin(interaction))
    const patience = new AbortController()
    const none = clock.sleep(SUGGEST_WITHIN_MS, patience.signal).then((): Choice[] => [])
    const asked = allowed ? command?.autocomplete?.({ option: name, typed: value, core, words }) : undefined
    const found = await Promise.race([asked ?? [], none]).catch((error: unknown): Choice[] => {
      log.warn('no suggestions', { command: interaction.commandName, reason: reasonOf(error, config.token) })
      return []
    })

    patience.abort()
    await interaction.respond(fitChoices(found))
  }

  /** The words for whatever the work comes to. */
  async function outcome(
    interaction: Interaction,
    words: DiscordWords,
    work: () => Promise<Reply>,
  ): Promise<MessageJson> {
    try {
      return shown(interaction, words, await work())
    } catch (error) {
      return message({ content: errorWords(words, error, () => noted(error)) })
    }
  }

  /** A question gets the buttons that answer it. */
  function shown({ user }: Interaction, words: DiscordWords, reply: Reply): MessageJson {
    switch (reply.kind) {
      case 'say':
        return message(reply.message)
      case 'ask': {
        const id = questions.ask(reply.confirmed, reply.ownAffair && user.id)
        return message({ ...reply.message, components: [confirmRow(words, id)] })
      }
      case 'choose':
        return message({ ...reply.message, components: chooseRows(words, menuOf(words, reply), reply) })
    }
  }

  /** Keeps a menu and answers with its id. Only what it shows can be picked. */
  function menuOf(words: DiscordWords, { choices, picked }: Choosing): string {
    return questions.ask(async (by, value) => {
      const found = choices.find((one) => one.value === value)
      return found ? picked(found.value, by) : say(words.replies.noLongerValid())
    })
  }

  /** Logs what nobody expected and answers with the reference to it. */
  function noted(error: unknown): string {
    const ref = ids.next().slice(-8)
    const stack =
      error instanceof Error ? reasonOf(new Error(error.stack ?? error.message), config.token) : undefined
    log.error('command failed', { ref, reason: reasonOf(error, config.token), stack })
    return ref
  }

  function whyNotRegistered(error: unknown): string {
    return isForbidden(error)
      ? english.discordSetup.standing.noCommands(inviteLink(config))
      : reasonOf(error, config.token)
  }

  /** Too late, or Discord does not answer: nothing more can be said to the person. */
  function lost(interaction: Interaction, error: unknown): void {
    log.error('interaction could not be answered', {
      interaction: interaction.id,
      user: interaction.user.id,
      reason: reasonOf(error, config.token),
    })
  }
}

interface BotNeeds {
  client: Pick<DiscordClient, 'whenReady' | 'whenInteraction' | 'guildId'>
  core: Core
  commands: readonly Command[]
  buttons: readonly Button[]
  config: DiscordConfig
  clock: Clock
  ids: Ids
  log: Logger
}

function byOf(interaction: Interaction): string {
  return `discord:${interaction.user.id}`
}

/** How the one who acted is named in the history, and to Discord. */
function whoDid(interaction: Interaction): { by: string; userId: string } {
  return { by: byOf(interaction), userId: interaction.user.id }
}

function isAnswer(action: string): boolean {
  return action === 'yes' || action === 'no' || action === 'pick'
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
