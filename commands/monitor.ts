import { SlashCommandBuilder } from '@discordjs/builders'
import type { Core, MonitorStatus } from '../src/core/api.js'
import { english } from '../src/core/messages/english.js'
import type { Command } from '../src/discord/command.js'
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
    if (verb === 'now') {
      const [streams, { streams: counts }] = await Promise.all([core.sessions(), core.status()])
      return streamsNow(words, streams, counts.others)
    }
    return monitorStatus(words, await done(verb, core, by))
  },
}

function done(verb: string, core: Core, by: string): Promise<MonitorStatus> {
  if (verb === 'start') return core.startMonitor(by)
  if (verb === 'stop') return core.stopMonitor(by)
  return core.status()
}
