/** What OTP says when a guest asks for something that it does not do. */
export const guestRefusals = {
  notYours: () =>
    'That pass belongs to somebody else, or you are not linked to its guest any more. /pass shows your own.',
  over: (title: string) => `Your pass for ${title} has ended already. /pass shows what you have now.`,
  noDeadline: (title: string) => `Your pass for ${title} has no deadline, so there is time enough.`,
  noLink: () => 'There is no such link any more, so nothing was changed.',
  nothingAsked: (title: string) =>
    `Nobody has asked for more time for ${title}. Give it a new deadline with /assign if it is meant.`,
  notLeft: () => 'This has been settled already: nothing is to be decided about that guest any more.',
  leftServer: () => 'The guest has left the Discord server.',
} satisfies Record<string, (...facts: never[]) => string>
