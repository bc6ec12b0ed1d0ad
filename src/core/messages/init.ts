/** What `otp init` asks and says about Discord. */
export const init = {
  needsTerminal: () =>
    'otp init asks questions, so it needs a terminal. Without one: "otp login" signs in at Plex, the keys of Discord ' +
    'stand in [discord] of config.toml or in OTP_DISCORD_..., and "otp init --discord-only" tries the way there.',
  aboutToken: () => [
    'Now Discord. Make an application at https://discord.com/developers/applications, open Bot, and press Reset Token.',
    'Without Discord, the REST API and this client remain.',
  ],
  askToken: () => 'The token of the bot (it is not shown), or Enter to go without Discord: ',
  isSetUp: () => 'Discord is set up already. Set it up anew? Type y or n: ',
  tokenRefused: () => 'Discord does not accept that token. Reset it once more, and copy it whole.',
  bot: (name: string) => `The token belongs to the application ${name}.`,
  notInvited: (link: string) => [
    'The bot is in no Discord server yet. Open this link, and choose the server whose members give orders:',
    link,
  ],
  askInvited: () => 'Press Enter when the bot is there: ',
  onlyGuild: (name: string) => `The bot is in ${name}.`,
  severalGuilds: () => 'The bot is in several Discord servers. Whose members give orders?',
  channels: () => 'In which channel shall the admins read of violations? One that only they see is best.',
  noChannels: (guild: string) =>
    `The bot sees no text channel of ${guild}. Make one, let the bot see it, and run "otp init" again.`,
  without: () => 'OTP goes without Discord. "otp init --discord-only" sets it up later.',
  unfinished: () => 'Nothing of Discord was written. "otp init --discord-only" starts anew.',
  written: (file: string) => `The keys of Discord were written to ${file}.`,
}
