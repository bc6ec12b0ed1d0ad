import { type REST, Routes, SnowflakeUtil } from 'discord.js'
import { z } from 'zod'
import type { Notice } from '../core/telling/notices.js'
import { readCustomId } from './custom-ids.js'
import { allWords } from './languages.js'
import type { MessageJson } from './message.js'
import { noticeMessage } from './notices.js'

/** A message of the bot's own that stands in a channel. */
export interface Posted {
  id: string
  /** The names of the files that came with it. */
  files: string[]
}

/** How many of the newest messages are looked through. */
const LOOKED_AT = 50
/** Discord's clock and this one may differ by that much. */
const CLOCKS_DIFFER_MS = 30_000

/** When Discord made what has this id, in epoch milliseconds. */
export function createdAt(id: string): number {
  return SnowflakeUtil.timestampFrom(id)
}

/**
 * The newest message of the bot that says this and was posted since then, if there is one. A card counts whatever it says by
 * now: its buttons name what it is about. Throws what Discord throws.
 */
export async function findPosted(
  rest: REST,
  where: { channelId: string; botId: string; sinceMs: number },
  { content, nonce }: { content: Notice; nonce: string },
): Promise<Posted | undefined> {
  const query = new URLSearchParams({ limit: String(LOOKED_AT) })
  const listed = Listed.parse(await rest.get(Routes.channelMessages(where.channelId), { query }))
  const texts = new Set(allWords.map((words) => signOf(noticeMessage(words, content))))
  const names = namesOf(content)

  const found = listed
    .filter(({ id, author }) => author.id === where.botId && isSince(id, where.sinceMs))
    .flatMap((one) => Ours.safeParse(one).data ?? [])
    .find(
      (one) => one.nonce === nonce || texts.has(signOf(one)) || pressable(one).some((it) => names.has(it)),
    )
  return found && { id: found.id, files: found.attachments.map(({ filename }) => filename) }
}

function isSince(id: string, sinceMs: number): boolean {
  return createdAt(id) >= sinceMs - CLOCKS_DIFFER_MS
}

/** What a message says and offers, without what Discord adds to it or trims. */
function signOf({ content, embeds, components }: z.infer<typeof Said> | MessageJson): string {
  const said = Said.parse({ content, embeds, components })
  const parts = [
    said.content,
    ...said.embeds.flatMap(({ title, description, fields }) => [
      title,
      description,
      ...fields.flatMap(({ name, value }) => [name, value]),
    ]),
    ...controlsOf(said).map((one) => one.custom_id ?? one.url ?? ''),
  ]
  return JSON.stringify(parts.map((one) => one.replace(/\s+/g, ' ').trim()).filter((one) => one !== ''))
}

/** The record that a card is about, which its buttons or its menu name. What else is posted says the same for good. */
function namesOf(content: Notice): ReadonlySet<string> {
  if (content.to !== 'admins') return new Set()

  const { notice } = content
  switch (notice.kind) {
    case 'violation':
      return new Set([notice.violation.id])
    case 'violations':
      return new Set(notice.violations.slice(0, 1).map(({ id }) => `entry ${id}`))
    case 'time-request':
      return new Set([notice.assignment.id])
    case 'member-left':
      return new Set([notice.id])
    default:
      return new Set()
  }
}

function pressable(message: z.infer<typeof Said>): string[] {
  return controlsOf(message).flatMap(({ custom_id, options }) => [
    ...(custom_id === undefined ? [] : [readCustomId(custom_id)?.id ?? '']),
    ...options.map(({ value }) => `entry ${value}`),
  ])
}

function controlsOf({ components }: z.infer<typeof Said>) {
  return components.flatMap((row) => row.components)
}

const Listed = z.array(z.looseObject({ id: z.string(), author: z.looseObject({ id: z.string() }) }))

/** What tells one message of ours from another. */
const Said = z.object({
  content: z.string(),
  embeds: z.array(
    z.object({
      title: z.string().default(''),
      description: z.string().default(''),
      fields: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
    }),
  ),
  components: z.array(
    z.object({
      components: z
        .array(
          z.object({
            custom_id: z.string().optional(),
            url: z.string().optional(),
            options: z.array(z.object({ value: z.string() })).default([]),
          }),
        )
        .default([]),
    }),
  ),
})

const Ours = Said.extend({
  id: z.string(),
  /** Discord does not say that it tells this again to whoever reads a channel. */
  nonce: z.union([z.string(), z.number()]).nullish(),
  attachments: z.array(z.object({ filename: z.string() })).default([]),
})
