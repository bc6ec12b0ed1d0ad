import { SlashCommandBuilder } from '@discordjs/builders'
import type { Core, MonitorStatus } from '../src/core/api.js'
import { english } from '../src/core/messages/english.js'
import type { Command } from '../src/discord/command.js'
import * as replies from '../src/discord/replies.js'

const words = english.discord.commands.monitor

export const monitor: Command = {
  data: new SlashCommandBuilder()
    .setName('monitor')
    .setDescription(words.description)
    .addSubcommand((o) => o.setName('start').setDescription(words.start))
    .addSubcommand((o) => o.setName('stop').setDescription(words.stop))
    .addSubcommand((o) => o.setName('status').setDescription(words.status))
    .toJSON(),

  adminOnly: true,

  async run({ options, core, by }) {
    return replies.monitorStatus(await done(options.getSubcommand(), core, by))
  },
}

function done(verb: string, core: Core, by: string): Promise<MonitorStatus> {
  if (verb === 'start') return core.startMonitor(by)
  if (verb === 'stop') return core.stopMonitor(by)
  return core.status()
}
