import { SlashCommandBuilder } from '@discordjs/builders'
import { namedLike } from '../src/core/finding/names.js'
import { english } from '../src/core/messages/english.js'
import type { Command } from '../src/discord/command.js'
import * as replies from '../src/discord/replies.js'

const texts = english.discord.commands.invite

export const invite: Command = {
  data: new SlashCommandBuilder()
    .setName('invite')
    .setDescription(texts.description)
    .addStringOption((o) => o.setName('plex').setDescription(texts.options.plex).setRequired(true))
    .addStringOption((o) =>
      o.setName('library').setDescription(texts.options.library).setRequired(true).setAutocomplete(true),
    )
    .addUserOption((o) => o.setName('member').setDescription(texts.options.member))
    .toJSON(),

  adminOnly: true,

  async run({ options, core, by, words }) {
    const member = options.getUser('member')
    const libraries = await core.libraries()
    const invitation = await core.invite({
      invitee: options.getString('plex', true),
      library: options.getString('library', true),
      by,
      ...(member && { discordUserId: member.id }),
    })
    return replies.invited(words, invitation, libraries)
  },

  async autocomplete({ typed, core }) {
    const libraries = namedLike(await core.libraries(), typed, ({ title }) => title)
    return libraries.map(({ key, title }) => ({ name: title, value: key }))
  },
}
