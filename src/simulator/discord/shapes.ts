import { z } from 'zod'

/** What a bot may put into a message, as far as the simulator looks at it. */
export const EmbedBody = z.looseObject({
  title: z.string().optional(),
  description: z.string().optional(),
  color: z.number().nullish(),
  footer: z.looseObject({ text: z.string() }).nullish(),
  author: z.looseObject({ name: z.string() }).nullish(),
  fields: z
    .array(z.looseObject({ name: z.string(), value: z.string() }))
    .nullish()
    .transform((it) => it ?? []),
})

const ControlBody = z.looseObject({
  type: z.number(),
  custom_id: z.string().optional(),
  label: z.string().optional(),
  style: z.number().optional(),
  url: z.string().optional(),
  disabled: z.boolean().optional(),
  placeholder: z.string().optional(),
  /** Of a select menu. */
  options: z
    .array(z.looseObject({ label: z.string(), value: z.string(), description: z.string().optional() }))
    .optional(),
})

export const RowBody = z.looseObject({ type: z.literal(1), components: z.array(ControlBody) })

export const MessageBody = z.looseObject({
  content: z.string().nullish(),
  embeds: z.array(EmbedBody).nullish(),
  components: z.array(RowBody).nullish(),
  flags: z.number().nullish(),
  nonce: z
    .union([z.string(), z.number()])
    .nullish()
    .transform((it) => (it === null || it === undefined ? undefined : String(it))),
  enforce_nonce: z.boolean().nullish(),
  allowed_mentions: z
    .looseObject({
      parse: z.array(z.string()).nullish(),
      users: z.array(z.string()).nullish(),
      roles: z.array(z.string()).nullish(),
    })
    .nullish(),
})

const Translations = z.record(z.string(), z.string().nullable()).nullish()

/** A text beside which others may stand, by the language of the reader. */
export interface Localised {
  name_localizations?: z.infer<typeof Translations>
  description_localizations?: z.infer<typeof Translations>
}

const ChoiceBody = z.object({
  name: z.string(),
  value: z.union([z.string(), z.number()]),
  name_localizations: Translations,
})
export type ChoiceBody = z.infer<typeof ChoiceBody>

export const CallbackBody = z.discriminatedUnion('type', [
  z.object({ type: z.literal(4), data: MessageBody }),
  z.object({ type: z.literal(5), data: z.looseObject({ flags: z.number().optional() }).optional() }),
  z.object({ type: z.literal(6) }),
  z.object({ type: z.literal(7), data: MessageBody }),
  z.object({ type: z.literal(8), data: z.object({ choices: z.array(ChoiceBody) }) }),
  z.object({ type: z.literal(9), data: z.looseObject({ custom_id: z.string(), title: z.string() }) }),
])

export interface OptionBody extends Localised {
  type: number
  name: string
  description: string
  required?: boolean | undefined
  autocomplete?: boolean | undefined
  choices?: ChoiceBody[] | undefined
  options?: OptionBody[] | undefined
  min_length?: number | undefined
  max_length?: number | undefined
}

export const OptionBody: z.ZodType<OptionBody> = z.lazy(() =>
  z.looseObject({
    type: z.number(),
    name: z.string(),
    description: z.string(),
    required: z.boolean().optional(),
    autocomplete: z.boolean().optional(),
    choices: z.array(ChoiceBody).optional(),
    options: z.array(OptionBody).optional(),
    min_length: z.int().optional(),
    max_length: z.int().optional(),
    name_localizations: Translations,
    description_localizations: Translations,
  }),
)

export const CommandBody = z.looseObject({
  name: z.string(),
  description: z.string().default(''),
  type: z.number().default(1),
  default_member_permissions: z.string().nullish(),
  options: z.array(OptionBody).default([]),
  name_localizations: Translations,
  description_localizations: Translations,
  contexts: z.array(z.number()).nullish(),
})

export type EmbedBody = z.infer<typeof EmbedBody>
export type RowBody = z.infer<typeof RowBody>
export type MessageBody = z.infer<typeof MessageBody>
export type CallbackBody = z.infer<typeof CallbackBody>
export type CommandBody = z.infer<typeof CommandBody>

/** A command as Discord keeps it. */
export type RegisteredCommand = CommandBody & {
  id: string
  application_id: string
  /** Missing for a command of every guild. */
  guild_id?: string
  version: string
}

/** Somebody with a Discord account, as the simulator keeps them. */
export interface Someone {
  id: string
  username: string
  globalName: string | null
  bot: boolean
  roles: string[]
  permissions: bigint
  dmsClosed: boolean
  inGuild: boolean
  /** The language of their client, as Discord writes it. */
  locale: string
}

export interface Channel {
  id: string
  kind: 'text' | 'dm'
  name: string
  /** Whose private channel with the bot it is. */
  recipient?: Someone
  /** What the channel allows and denies, other than the guild does. */
  overwrites: Overwrite[]
  /** In another guild than the one of the household. */
  elsewhere?: boolean
}

/** For a role (0) or a member (1). */
export interface Overwrite {
  id: string
  type: 0 | 1
  allow: bigint
  deny: bigint
}

export interface Role {
  id: string
  name: string
  permissions: bigint
}

export interface StoredMessage {
  id: string
  channel: Channel
  author: Someone
  content: string
  embeds: EmbedBody[]
  components: RowBody[]
  attachments: { filename: string; size: number }[]
  flags: number
  createdAt: number
  editedAt?: number
  nonce?: string
  /** Only this person sees it, and only the interaction's own routes reach it. */
  onlyFor?: Someone
  /** Sent in answer to a command. */
  answer: boolean
}

export const EPHEMERAL = 64
export const LOADING = 128
/** Administrator and everything else. */
export const ALL_PERMISSIONS = (1n << 46n) - 1n
export const ADMINISTRATOR = 1n << 3n
export const VIEW_CHANNEL = 1n << 10n
export const SEND_MESSAGES = 1n << 11n
export const READ_MESSAGE_HISTORY = 1n << 16n
/** What the bot itself needs in a channel: view, send, embed, attach, history. */
export const BOT_PERMISSIONS = (1n << 10n) | (1n << 11n) | (1n << 14n) | (1n << 15n) | (1n << 16n)
