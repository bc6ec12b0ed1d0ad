import { SlashCommandBuilder } from '@discordjs/builders'
import { english } from '../src/core/messages/english.js'
import type { Command } from '../src/discord/command.js'
import * as replies from '../src/discord/replies.js'

const words = english.discord.commands.invite

export const invite: Command = {
  data: new SlashCommandBuilder()
    .setName('invite')
    .setDescription(words.description)
    .addStringOption((o) => o.setName('plex').setDescription(words.options.plex).setRequired(true))
    .addStringOption((o) =>
      o.setName('library').setDescription(words.options.library).setRequired(true).setAutocomplete(true),
    )
    .addUserOption((o) => o.setName('member').setDescription(words.options.member))
    .toJSON(),

  adminOnly: true,

  async run({ options, core, by }) {
    const member = options.getUser('member')
    const libraries = await core.libraries()
    const invitation = await core.invite({
      invitee: options.getString('plex', true),
      library: options.getString('library', true),
      by,
      ...(member && { discordUserId: member.id }),
    })
    return replies.invited(invitation, libraries)
  },

  async autocomplete({ typed, core }) {
    const wanted = typed.trim().toLowerCase()
    const libraries = await core.libraries()

    return libraries
      .filter(({ title }) => title.toLowerCase().includes(wanted))
      .map(({ key, title }) => ({ name: title, value: key }))
  },
}
