/** The list that stands for many cards, the place where messages go, and what the bot shows of itself. */
export const discordOutbox = {
  list: {
    title: (count: number) => `${count} streams not on the pass`,
    line: (guest: string, title: string, state: string) => `• ${guest}: ${title} (${state})`,
    states: { running: 'going on', ended: 'ended', 'not-ended': 'could not be ended' },
    more: (count: number) => `and ${count} more`,
    open: 'Open one of them',
  },
  messagesTrouble: (reason: string) => `Messages to the admin channel cannot be delivered: ${reason}`,
  watching: (guests: number) => {
    if (guests === 0) return 'nobody watching'
    return guests === 1 ? '1 guest watching' : `${guests} guests watching`
  },
}
