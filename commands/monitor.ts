import { SlashCommandBuilder } from '@discordjs/builders'
import { english } from '../src/core/messages/english.js'
import type { Command } from '../src/discord/command.js'
import { turned } from '../src/discord/monitor-orders.js'
import { monitorStatus } from '../src/discord/monitor-replies.js'
import { streamsNow } from '../src/discord/stream-replies.js'
import { violationPage } from '../src/discord/violation-replies.js'

const texts = english.discord.commands.monitor

export const monitor: Command = {
  data: new SlashCommandBuilder()
    .setName('monitor')
    .setDescription(texts.description)
    .addSubcommand((o) => o.setName('start').setDescription(texts.start))
    .addSubcommand((o) => o.setName('stop').setDescription(texts.stop))
    .addSubcommand((o) => o.setName('now').setDescription(texts.now))
    .addSubcommand((o) => o.setName('violations').setDescription(texts.violations))
    .addSubcommand((o) => o.setName('status').setDescription(texts.status))
    .toJSON(),

  adminOnly: true,

  async run({ options, core, by, words }) {
    const verb = options.getSubcommand()
    if (verb === 'violations') return violationPage(words, core, undefined)
    if (verb === 'now') return streamsNow(words, core)
    return monitorStatus(words, await turned(verb, core, by))
  },
}
