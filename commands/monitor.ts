import { SlashCommandBuilder } from '@discordjs/builders'
import type { Core, MonitorStatus } from '../src/core/api.js'
import { english } from '../src/core/messages/english.js'
import type { Command } from '../src/discord/command.js'
import { monitorStatus } from '../src/discord/monitor-replies.js'

const texts = english.discord.commands.monitor

export const monitor: Command = {
  data: new SlashCommandBuilder()
    .setName('monitor')
    .setDescription(texts.description)
    .addSubcommand((o) => o.setName('start').setDescription(texts.start))
    .addSubcommand((o) => o.setName('stop').setDescription(texts.stop))
    .addSubcommand((o) => o.setName('status').setDescription(texts.status))
    .toJSON(),

  adminOnly: true,

  async run({ options, core, by, words }) {
    return monitorStatus(words, await done(options.getSubcommand(), core, by))
  },
}

function done(verb: string, core: Core, by: string): Promise<MonitorStatus> {
  if (verb === 'start') return core.startMonitor(by)
  if (verb === 'stop') return core.stopMonitor(by)
  return core.status()
}
