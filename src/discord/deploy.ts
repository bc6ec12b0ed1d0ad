import { PermissionFlagsBits, type REST, Routes } from 'discord.js'
import { z } from 'zod'
import type { Logger } from '../core/ports.js'
import type { Command } from './command.js'

const ChoiceShape = z.object({ name: z.string(), value: z.union([z.string(), z.number()]) })

interface OptionShape {
  type: number
  name: string
  description: string
  required: boolean
  autocomplete: boolean
  choices: z.infer<typeof ChoiceShape>[]
  options: OptionShape[]
}

/** The part of a command that we set, with the defaults filled in: two that agree on it are the same. */
const OptionShape: z.ZodType<OptionShape> = z.lazy(() =>
  z.object({
    type: z.number(),
    name: z.string(),
    description: z.string(),
    required: z.boolean().default(false),
    autocomplete: z.boolean().default(false),
    choices: z.array(ChoiceShape).default([]),
    options: z.array(OptionShape).default([]),
  }),
)

const CommandShapes = z.array(
  z.object({
    type: z.number().default(1),
    name: z.string(),
    description: z.string(),
    options: z.array(OptionShape).default([]),
    default_member_permissions: z
      .string()
      .nullish()
      .transform((it) => it ?? null),
    nsfw: z.boolean().default(false),
  }),
)

/**
 * Registers the commands of the guild, and only when Discord has other ones: a needless change makes people's
 * clients refuse a command for a moment. Answers whether anything was written.
 */
export async function registerCommands({ rest, config, commands, log }: DeployNeeds): Promise<boolean> {
  const route = Routes.applicationGuildCommands(config.applicationId, config.guildId)
  const wanted = wantedCommands(commands, config.adminRoleIds)
  const query = new URLSearchParams({ with_localizations: 'true' })

  if (fingerprint(await rest.get(route, { query })) === fingerprint(wanted)) return false
  await rest.put(route, { body: wanted })
  log.info('discord commands registered', { commands: wanted.map((it) => it.name) })
  return true
}

interface DeployNeeds {
  rest: REST
  config: { applicationId: string; guildId: string; adminRoleIds: readonly string[] }
  commands: readonly Command[]
  log: Logger
}

/**
 * Admin commands are hidden from those without Manage Server, unless roles decide: Discord cannot be told
 * of them here, so then everybody sees the commands, and the bot refuses.
 */
function wantedCommands(commands: readonly Command[], adminRoleIds: readonly string[]) {
  return commands.map(({ data, adminOnly }) => ({
    ...data,
    default_member_permissions:
      adminOnly && adminRoleIds.length === 0 ? String(PermissionFlagsBits.ManageGuild) : null,
  }))
}

function fingerprint(commands: unknown): string {
  const list = CommandShapes.parse(commands)
  return JSON.stringify(list.toSorted((a, b) => a.name.localeCompare(b.name)))
}
