import { SlashCommandBuilder } from '@discordjs/builders'
import { english } from '../src/core/messages/english.js'
import { peopleChoices, withOpenAssignment } from '../src/discord/choices.js'
import type { Command } from '../src/discord/command.js'
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
    const ended = await core.unassign({
      guest: options.getString('guest', true),
      by,
      ...(reason && { reason }),
    })
    return replies.ended(words, ended)
  },

  async autocomplete({ typed, core }) {
    return peopleChoices(await withOpenAssignment(core), typed)
  },
}
