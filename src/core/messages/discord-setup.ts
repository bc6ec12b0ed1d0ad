/** What is said of the way to Discord: by `otp init`, `otp doctor`, the log, `/readyz` and the status. */
export const discordSetup = {
  token: {
    good: (bot: string) => `Discord accepts the bot token, which is that of ${bot}.`,
    refused: () => 'Discord does not accept the bot token.',
    remedy: () =>
      'Make a new one at https://discord.com/developers/applications (Bot, then Reset Token), and set [discord] token to it.',
    none: () => 'There is no Discord token: OTP runs without Discord.',
    noneRemedy: () =>
      'If you want Discord: make an application at https://discord.com/developers/applications, set [discord] token to ' +
      'the token of its bot, and run "otp init" again.',
    unreachable: (reason: string) => `Discord could not be asked: ${reason}`,
    unreachableRemedy: () => 'Does this machine reach https://discord.com? Try again in a few minutes.',
  },
  application: {
    good: (name: string) => `The token belongs to the application ${name}.`,
    missing: () => '[discord] application_id is empty.',
    another: (id: string) => `The token belongs to another application than ${id}.`,
    remedy: (id: string) => `Set [discord] application_id to "${id}".`,
  },
  guild: {
    good: (name: string) => `The bot is in ${name}.`,
    byChannel: (name: string) =>
      `The bot is in ${name}, where the admin channel is; its commands are registered for every Discord server.`,
    missing: (id: string) => `The bot is not in the Discord server ${id}.`,
    unknown: () => 'Which Discord server it is could not be found out: [discord] guild_id is empty.',
    remedy: (link: string) => `Invite it with this link: ${link} - or correct [discord] guild_id.`,
    unknownRemedy: () =>
      'Set [discord] guild_id: in Discord, turn on Developer Mode (User Settings, Advanced), right-click the server, Copy Server ID.',
  },
  commands: {
    good: () => 'The bot may have slash commands there.',
    forbidden: () => 'The bot may not have slash commands there: it was invited without the right to.',
    remedy: (link: string) => `Open this link and choose the same Discord server again: ${link}`,
  },
  channel: {
    good: (name: string) => `The admin channel is #${name}.`,
    none: () => '[discord] admin_channel_id is empty.',
    missing: (id: string) => `There is no channel ${id}.`,
    elsewhere: (name: string) => `#${name} is in another Discord server.`,
    noText: (name: string) => `${name} is no text channel.`,
    hidden: (id: string) => `The bot does not see the channel ${id}.`,
    remedy: () =>
      'Set [discord] admin_channel_id: with Developer Mode on, right-click a text channel of that server, Copy Channel ID.',
    hiddenRemedy: () =>
      'In Discord: Edit Channel, Permissions, add the role of the bot and allow View Channel; or correct [discord] admin_channel_id.',
  },
  permissions: {
    good: (channel: string) => `The bot has every permission that it needs in #${channel}.`,
    missing: (channel: string, names: readonly string[]) =>
      `In #${channel} the bot lacks: ${names.join(', ')}.`,
    remedy: (channel: string) =>
      `In Discord: Edit Channel of #${channel}, Permissions, add the role of the bot and allow these.`,
    /** Where Discord does not say which. */
    some: 'one that it needs to write there',
    names: {
      ViewChannel: 'View Channel',
      SendMessages: 'Send Messages',
      EmbedLinks: 'Embed Links',
      AttachFiles: 'Attach Files',
      ReadMessageHistory: 'Read Message History',
    },
  },
  admins: {
    byPermission: () => 'Orders are taken from everybody who may manage the Discord server.',
    good: (roles: readonly string[]) => `Orders are taken from members with ${roles.join(' or ')}.`,
    gone: (ids: readonly string[]) =>
      `[discord] admin_role_ids names what is no role of this Discord server: ${ids.join(', ')}.`,
    everyone: () =>
      '[discord] admin_role_ids names @everyone, which Discord tells of nobody: it makes nobody an admin.',
    nobody: () => 'Nobody can give orders or approve anything in Discord.',
    unheld: (roles: readonly string[]) =>
      `No member has ${roles.join(' or ')}, so nobody can give orders or approve anything in Discord.`,
    remedy: () =>
      'Set [discord] admin_role_ids to roles that exist: with Developer Mode on, Server Settings, Roles, ..., Copy Role ID. Empty: whoever may manage the server.',
    unheldRemedy: () => 'Give somebody the role: Server Settings, Members.',
  },
  invite: (link: string) => `This link invites the bot with exactly what it needs: ${link}`,
  skipped: {
    application: () => 'Whose token it is could not be looked at.',
    guild: () => 'Whether the bot is in the Discord server could not be looked at.',
    commands: () => 'Whether the bot may have slash commands could not be looked at.',
    channel: () => 'The admin channel could not be looked at.',
    permissions: () => 'What the bot may do in the admin channel could not be looked at.',
    admins: () => 'Who can give orders could not be looked at.',
  },
  looking: () => 'Asking Discord',

  /** How the running service stands with Discord. */
  standing: {
    tokenRefused: () =>
      'Discord does not accept the token of the bot. Make a new one at https://discord.com/developers/applications (Bot, then ' +
      'Reset Token), set [discord] token to it and start OTP anew; the guard goes on meanwhile.',
    intentsRefused: () =>
      'Discord refuses what the bot wants to be told of. OTP asks for no privileged intent, so look at the application at ' +
      'https://discord.com/developers/applications: is it the right one, and not disabled? The guard goes on meanwhile.',
    closed: (code: number) =>
      `Discord closed the connection for good (code ${code}). The guard goes on meanwhile.`,
    notInGuild: () =>
      'The bot is not in the Discord server that [discord] guild_id names. Invite it with the link that "otp doctor" prints.',
    removed: () =>
      'The bot was removed from the Discord server. Invite it again with the link that "otp doctor" prints.',
    guildAway: () => 'The Discord server cannot be reached: Discord has an outage. Nothing is to be done.',
    noChannel: () =>
      'The Discord server has no channel with the id of [discord] admin_channel_id. "otp doctor" shows more.',
    lacks: (names: readonly string[]) =>
      `The bot lacks permissions in the admin channel: ${names.join(', ')}. Allow them in Edit Channel, Permissions.`,
    noCommands: (link: string) =>
      `The bot was invited without the right to have slash commands. Open this link and choose the server again: ${link}`,
  },
} as const
