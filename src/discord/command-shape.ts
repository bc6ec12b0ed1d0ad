import { z } from 'zod'

const Translations = z
  .record(z.string(), z.string().nullable())
  .nullish()
  .transform((it) => Object.entries(it ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)))

const optional = z
  .number()
  .nullish()
  .transform((it) => it ?? null)

const Places = z
  .array(z.number())
  .nullish()
  .transform((it) => it?.toSorted((a, b) => a - b) ?? null)

const Choice = z.object({
  name: z.string(),
  name_localizations: Translations,
  value: z.union([z.string(), z.number()]),
})

/** The part of a command that we set, with the defaults filled in: two that agree on it are the same. */
const common = {
  name: z.string(),
  name_localizations: Translations,
  description: z.string(),
  description_localizations: Translations,
}

const Option: z.ZodType = z.lazy(() =>
  z.object({
    ...common,
    type: z.number(),
    required: z.boolean().default(false),
    autocomplete: z.boolean().default(false),
    choices: z.array(Choice).default([]),
    options: z.array(Option).default([]),
    min_length: optional,
    max_length: optional,
    min_value: optional,
    max_value: optional,
    channel_types: Places,
  }),
)

const Commands = z.array(
  z.object({
    ...common,
    type: z.number().default(1),
    options: z.array(Option).default([]),
    default_member_permissions: z
      .string()
      .nullish()
      .transform((it) => it ?? null),
    contexts: Places,
    nsfw: z.boolean().default(false),
  }),
)

/**
 * Tells two lists of commands apart: Discord's own fields, unset ones and the order of the list do not count. Where a
 * command may be used counts only for those of every guild.
 */
export function fingerprint(commands: unknown, isGlobal: boolean): string {
  const list = Commands.parse(commands).toSorted((a, b) => a.name.localeCompare(b.name))
  return JSON.stringify(isGlobal ? list : list.map(({ contexts: _, ...rest }) => rest))
}
