/** What guests read and press, and what admins read of their wishes. Everything arrives here made harmless. */
export const passCommand = {
  description: 'Your own guest pass: what you may watch, until when, how far you are',
}

/** What `/pass` says, and the buttons of a guest. */
export const pass = {
  done: "I'm done",
  doneWith: (title: string) => `I'm done: ${title}`,
  moreTime: 'I need more time',
  moreTimeFor: (title: string) => `More time: ${title}`,
  notLinked: () =>
    'You are linked to no Plex account here, so I know of no pass of yours. Ask an admin to use `/assign` with ' +
    '`member`, which links you to your account.',
  none: () =>
    'You have no pass at the moment. Ask an admin to use `/assign` with `member` if you would like to watch something.',
  title: (title: string) => `**${title}**`,
  until: (when: string, howLong: string) => `Yours until ${when} (${howLong}).`,
  untilFinished: () => 'Yours until you have finished it.',
  minutes: (at: number, of: number) => `Watched: ${at} of ${of} minutes.`,
  begun: (at: number) => `Watched: ${at} minutes.`,
  notBegun: () => 'Not begun yet.',
  episodes: (seen: number, of: number) => `Watched: ${seen} of ${of} episodes.`,
  episodesSeen: (seen: number) => `Watched: ${seen === 1 ? '1 episode' : `${seen} episodes`}.`,
  playsLeft: (left: number) =>
    left === 0
      ? 'This is the last time it may be played.'
      : `It may be played ${left === 1 ? 'once' : `${left} times`} more.`,
  open: (link: string) => `Open it here: ${link}`,
  more: (count: number) => `And ${count} more.`,
  doneQuestion: (title: string) =>
    `Are you done with **${title}**? Your pass for it ends now, and a stream that is still running as well.`,
  doneNow: (title: string) => `Your pass for **${title}** has ended. Thank you for saying so!`,
  asked: (title: string) =>
    `I have asked the admins for more time for **${title}**. I tell you what they say.`,
  askedBefore: (title: string) =>
    `The admins have been asked for more time for **${title}** already and are looking at it. I tell you what they say.`,
}

/** The first steps of somebody who has been invited, one line each. */
export const steps = {
  accept: (n: number) =>
    `${n}. Accept it, from the e-mail or at <https://app.plex.tv> with your Plex account.`,
  verify: (n: number) =>
    `${n}. If Plex asks you to, confirm your e-mail address at <https://www.plex.tv>; it does not let you in before.`,
  wait: (n: number) => `${n}. Wait for my next message: it comes by itself within a minute or two.`,
  play: (n: number, link: string) =>
    `${n}. Then open this link and press play, in the browser or in the Plex app of your TV or phone: ${link}`,
  sources: (n: number) => `${n}. Open Plex, in the browser or its app: the library is among your sources.`,
}

/** More of what a guest is told by direct message. */
export const guestMore = {
  app: () => 'It plays in the browser at <https://app.plex.tv> and in the Plex app of your TV or phone.',
  needsOwnPlexPass: () =>
    'Away from the home of the server, Plex asks for a Remote Watch Pass or a Plex Pass of your own.',
  almostOver: (title: string) => `The time for **${title}** is almost over.`,
  stillPending: () =>
    'You have not accepted the invitation of Plex yet, from the e-mail or at <https://app.plex.tv>.',
  timeDenied: (title: string) => `The admins cannot give you more time for **${title}**.`,
}

/** What admins read of the wishes and the comings and goings of guests. */
export const wishes = {
  timeAsked: (guest: string, title: string) => `${guest} asks for more time for **${title}**.`,
  endsAt: (when: string, howLong: string) => `It ends at ${when} (${howLong}).`,
  oneDay: '+1 day',
  threeDays: '+3 days',
  deny: 'Deny',
  granted: (by: string, when: string) => `${by} gave more time: it ends at ${when} now.`,
  denied: (by: string) => `${by} said no; the guest has been told.`,
  over: () => 'The pass has ended before anybody answered.',
  hasLeft: (guest: string) => `${guest} has left this Discord server.`,
  stillHas: (titles: string) => `They still have a pass for ${titles}. What shall become of it?`,
  revoke: 'Revoke',
  keep: 'Keep',
  revokeQuestion: (guest: string) => `Every pass of ${guest} ends now, and what runs of it as well.`,
  revoked: (by: string) => `${by} ended what they had.`,
  kept: (by: string) => `${by} let them keep it.`,
  back: () => 'They are back, so nothing has to be decided.',
  linked: (member: string, guest: string) =>
    `${member} is linked to ${guest} from now on: \`member\` alone is enough next time.`,
  unlink: 'Unlink',
  unlinked: (member: string, guest: string) =>
    `${member} is not linked to ${guest} any more, and is told nothing more of their passes.`,
}
