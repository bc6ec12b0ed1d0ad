import { OtpError } from '../../core/errors.js'
import { discordSetup } from '../../core/messages/discord-setup.js'
import { init as words } from '../../core/messages/init.js'
import { agreed, pick } from '../asking.js'
import type { Show } from '../screen.js'

interface Named {
  id: string
  name: string
}

interface Bot {
  applicationId: string
  name: string
  link: string
}

/** Setting Discord up in the configuration of this machine. */
export interface DiscordSetUpHere {
  isSetUp: boolean
  /** Why nothing can be written, in a sentence. */
  fixed: string | undefined
  /** Undefined for a token that Discord does not accept. */
  bot(token: string): Promise<Bot | undefined>
  guilds(token: string): Promise<Named[]>
  channels(token: string, guildId: string): Promise<Named[]>
  /** All of it at once. */
  write(choice: {
    token: string
    applicationId: string
    guildId: string
    adminChannelId: string
  }): Promise<void>
}

/** Asks step by step for what Discord needs, looks at each answer, and writes it all down at the end. */
export async function setUpDiscord(here: DiscordSetUpHere, file: string, show: Show): Promise<void> {
  if (here.fixed !== undefined) return show.aside(here.fixed)
  if (here.isSetUp && !(await agreed(show, words.isSetUp()))) return

  const found = await askedBot(here, show)
  if (!found) return show.aside(words.without())

  const { token, bot } = found
  const guild = await chosenGuild(here, show, token, bot)
  const channel = await chosenChannel(here, show, token, guild)
  const choice = { token, applicationId: bot.applicationId, guildId: guild.id, adminChannelId: channel.id }
  await here.write(choice)
  show.aside(words.written(file))
}

async function askedBot(
  here: DiscordSetUpHere,
  show: Show,
): Promise<{ token: string; bot: Bot } | undefined> {
  for (const line of words.aboutToken()) show.aside(line)
  for (;;) {
    const token = (await show.ask(words.askToken(), { hidden: true }))?.trim()
    if (!token) return undefined

    const bot = await looking(show, here.bot(token))
    if (bot) {
      show.aside(words.bot(bot.name))
      return { token, bot }
    }
    show.aside(words.tokenRefused())
  }
}

async function chosenGuild(here: DiscordSetUpHere, show: Show, token: string, bot: Bot): Promise<Named> {
  for (;;) {
    const guilds = await looking(show, here.guilds(token))
    const [only, another] = guilds
    if (another) return certain(await pick(show, { heading: words.severalGuilds(), options: named(guilds) }))
    if (only) {
      show.aside(words.onlyGuild(only.name))
      return only
    }
    for (const line of words.notInvited(bot.link)) show.aside(line)
    if ((await show.ask(words.askInvited())) === undefined) throw unfinished()
  }
}

async function chosenChannel(
  here: DiscordSetUpHere,
  show: Show,
  token: string,
  guild: Named,
): Promise<Named> {
  const channels = await looking(show, here.channels(token, guild.id))
  if (channels.length === 0) throw new OtpError('conflict', words.noChannels(guild.name))
  return certain(await pick(show, { heading: words.channels(), options: named(channels, '#') }))
}

function looking<T>(show: Show, work: Promise<T>): Promise<T> {
  return show.waiting(discordSetup.looking(), work)
}

function named(all: readonly Named[], sign = '') {
  return all.map((value) => ({ value, label: `${sign}${value.name}` }))
}

function certain<T>(picked: T | undefined): T {
  if (picked === undefined) throw unfinished()
  return picked
}

function unfinished(): OtpError {
  return new OtpError('conflict', words.unfinished())
}
