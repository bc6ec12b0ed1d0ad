import { SlashCommandBuilder } from '@discordjs/builders'
import { english } from '../src/core/messages/english.js'
import type { Command } from '../src/discord/command.js'
import { ownPasses } from '../src/discord/guest-replies.js'

export const pass: Command = {
  data: new SlashCommandBuilder()
    .setName('pass')
    .setDescription(english.discord.commands.pass.description)
    .toJSON(),

  adminOnly: false,

  async run({ core, userId, words }) {
    return ownPasses(words, await core.ownPasses({ discordUserId: userId }))
  },
}
