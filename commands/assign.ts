import { SlashCommandBuilder } from '@discordjs/builders'
import type { AssignRequest, Core } from '../src/core/api.js'
import type { DiscordWords } from '../src/core/messages/discord.js'
import { english } from '../src/core/messages/english.js'
import { deadlineChoices, peopleChoices } from '../src/discord/choices.js'
import { orChoose } from '../src/discord/choosing.js'
import type { Choice, Command, Reply } from '../src/discord/command.js'
import { titleChoice } from '../src/discord/names.js'
import * as replies from '../src/discord/replies.js'

const texts = english.discord.commands.assign
const fences: readonly NonNullable<AssignRequest['fence']>[] = ['auto', 'label', 'library', 'private', 'item']
const choices = fences.map((fence) => ({ name: texts.fences[fence], value: fence }))

export const assign: Command = {
  data: new SlashCommandBuilder()
    .setName('assign')
    .setDescription(texts.description)
    .addStringOption((o) =>
      o.setName('media').setDescription(texts.options.media).setRequired(true).setAutocomplete(true),
    )
    .addUserOption((o) => o.setName('member').setDescription(texts.options.member))
    .addStringOption((o) => o.setName('plex').setDescription(texts.options.plex).setAutocomplete(true))
    .addStringOption((o) => o.setName('expires').setDescription(texts.options.expires).setAutocomplete(true))
    .addStringOption((o) =>
      o
        .setName('fence')
        .setDescription(texts.options.fence)
        .addChoices(...choices),
    )
    .addBooleanOption((o) => o.setName('add').setDescription(texts.options.add))
    .toJSON(),

  adminOnly: true,

  async run({ options, core, by, words }) {
    const guest = options.getString('plex')
    const member = options.getUser('member')
    if (!guest && !member) return replies.whoMissing(words)

    const expires = options.getString('expires')
    const fence = fences.find((it) => it === options.getString('fence'))
    const request: AssignRequest = {
      media: options.getString('media', true),
      by,
      ...(guest && { guest }),
      ...(member && { discordUserId: member.id }),
      ...(expires && { expires }),
      ...(fence && { fence }),
      add: options.getBoolean('add') ?? false,
    }
    return assignOrAsk(words, core, { ...request, ask: true })
  },

  async autocomplete({ option, typed, core, words }): Promise<Choice[]> {
    if (option === 'plex') {
      // The guests are OTP's own knowledge, so they are suggested also while plex.tv is away.
      const [guests, friends] = await Promise.all([core.guests(), core.friends().catch(() => [])])
      return peopleChoices([...guests, ...friends], typed)
    }

    if (option === 'expires') return deadlineChoices(await core.deadlines(typed))

    const items = await core.search(typed, 25, { typing: true })
    return items.map((item) => ({ name: titleChoice(words, item), value: `rk:${item.ratingKey}` }))
  },
}

async function assignOrAsk(words: DiscordWords, core: Core, request: AssignRequest): Promise<Reply> {
  const again = (more: Partial<AssignRequest>) => assignOrAsk(words, core, { ...request, ...more })
  const asked = {
    title: request.media,
    withTitle: (media: string, by: string) => again({ media, by }),
    withPerson: (guest: string, by: string) => again({ guest, by }),
  }

  return orChoose(words, asked, async () => {
    const answer = await core.assign(request)

    if (answer.kind === 'assigned') return replies.assigned(words, answer)
    return replies.question(words, answer, (by) => again({ by, ask: false }))
  })
}
