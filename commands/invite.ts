import { SlashCommandBuilder } from '@discordjs/builders'
import type { Core } from '../src/core/api.js'
import { OtpError } from '../src/core/errors.js'
import { namedLike } from '../src/core/finding/names.js'
import type { DiscordWords } from '../src/core/messages/discord.js'
import { english } from '../src/core/messages/english.js'
import type { Command, Reply } from '../src/discord/command.js'
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
    return inviteOrAsk(words, core, {
      invitee: options.getString('plex', true),
      library: options.getString('library', true),
      by,
      ...(member && { discordUserId: member.id }),
      ask: true,
    })
  },

  async autocomplete({ typed, core }) {
    const libraries = namedLike(await core.libraries(), typed, ({ title }) => title)
    return libraries.map(({ key, title }) => ({ name: title, value: key }))
  },
}

/** Invites; where that would reach a stranger, the admin is asked first. */
async function inviteOrAsk(
  words: DiscordWords,
  core: Core,
  request: Parameters<Core['invite']>[0],
): Promise<Reply> {
  const libraries = await core.libraries()
  try {
    return replies.invited(words, await core.invite(request), libraries)
  } catch (error) {
    if (!(error instanceof OtpError) || error.code !== 'confirmation_needed') throw error

    const library = libraries.find(({ key }) => key === request.library)?.title ?? request.library
    return replies.inviteQuestion(words, { invitee: request.invitee, library }, (by) =>
      inviteOrAsk(words, core, { ...request, by, ask: false }),
    )
  }
}
