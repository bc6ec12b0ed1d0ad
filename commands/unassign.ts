import { SlashCommandBuilder } from '@discordjs/builders'
import { english } from '../src/core/messages/english.js'
import { peopleChoices, withOpenAssignment } from '../src/discord/choices.js'
import type { Command } from '../src/discord/command.js'
import * as replies from '../src/discord/replies.js'

const words = english.discord.commands.unassign

export const unassign: Command = {
  data: new SlashCommandBuilder()
    .setName('unassign')
    .setDescription(words.description)
    .addStringOption((o) =>
      o.setName('guest').setDescription(words.options.guest).setRequired(true).setAutocomplete(true),
    )
    .addStringOption((o) => o.setName('reason').setDescription(words.options.reason).setMaxLength(300))
    .toJSON(),

  adminOnly: true,

  async run({ options, core, by }) {
    const reason = options.getString('reason')
    const ended = await core.unassign({
      guest: options.getString('guest', true),
      by,
      ...(reason && { reason }),
    })
    return replies.ended(ended)
  },

  async autocomplete({ typed, core }) {
    return peopleChoices(await withOpenAssignment(core), typed)
  },
}
