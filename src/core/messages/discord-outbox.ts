/** The list that stands for many cards, the place where messages go, and what the bot shows of itself. */
export const discordOutbox = {
  list: {
    title: (count: number) => `${count} streams not on the pass`,
    line: (guest: string, title: string, state: string) => `• ${guest}: ${title} (${state})`,
    states: { running: 'going on', ended: 'ended', 'not-ended': 'could not be ended' },
    more: (count: number) => `and ${count} more`,
    open: 'Open one of them',
  },
  trouble: {
    notInGuild:
      'The bot is not in the Discord server that `[discord] guild_id` names. Invite it, or correct the setting and start OTP anew.',
    noChannel:
      'The admin channel is gone, or the bot cannot see it. Set `[discord] admin_channel_id` to a channel of the server and start OTP anew, or grant the bot View Channel there (Edit Channel, Permissions).',
    lacks: (permissions: string) =>
      `In the admin channel the bot lacks ${permissions}. Grant that in Discord: Edit Channel, Permissions, the role of the bot.`,
    somePermission: 'a permission to write',
  },
  messagesTrouble: (reason: string) => `Messages to the admin channel cannot be delivered: ${reason}`,
  watching: (guests: number) => {
    if (guests === 0) return 'nobody watching'
    return guests === 1 ? '1 guest watching' : `${guests} guests watching`
  },
}
