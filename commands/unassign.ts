import { SlashCommandBuilder } from '@discordjs/builders'
import type { Core } from '../src/core/api.js'
import type { DiscordWords } from '../src/core/messages/discord.js'
import { english } from '../src/core/messages/english.js'
import { peopleChoices, withOpenAssignment } from '../src/discord/choices.js'
import { orChoose } from '../src/discord/choosing.js'
import type { Command, Reply } from '../src/discord/command.js'
import * as replies from '../src/discord/replies.js'

const texts = english.discord.commands.unassign

export const unassign: Command = {
  data: new SlashCommandBuilder()
    .setName('unassign')
    .setDescription(texts.description)
    .addStringOption((o) =>
      o.setName('guest').setDescription(texts.options.guest).setRequired(true).setAutocomplete(true),
    )
    .addStringOption((o) => o.setName('reason').setDescription(texts.options.reason).setMaxLength(300))
    .toJSON(),

  adminOnly: true,

  async run({ options, core, by, words }) {
    const reason = options.getString('reason')
    const request = { guest: options.getString('guest', true), by, ...(reason && { reason }) }
    return unassignOrAsk(words, core, request)
  },

  async autocomplete({ typed, core }) {
    return peopleChoices(await withOpenAssignment(core), typed)
  },
}

async function unassignOrAsk(
  words: DiscordWords,
  core: Core,
  request: Parameters<Core['unassign']>[0],
): Promise<Reply> {
  const withPerson = (guest: string, by: string) => unassignOrAsk(words, core, { ...request, guest, by })
  return orChoose(words, { withPerson }, async () => replies.ended(words, await core.unassign(request)))
}
