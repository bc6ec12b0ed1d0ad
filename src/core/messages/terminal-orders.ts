/** What the terminal client says about streams, violations, invitations and keys. */
export const orders = {
  streamEnded: (title: string, guest: string) => `The stream of ${title} by ${guest} was told to stop.`,
  noStream: (text: string) =>
    `No guest's stream has the id "${text}" and no guest of that name is watching. "otp sessions" shows those that run.`,
  severalStreams: (text: string) => `"${text}" could be several streams. Use the id of the one you mean:`,

  decided: {
    allow_once: (title: string, guest: string) => `${guest} may play ${title} once within 24 h.`,
    assign: (title: string, guest: string) => `${title} is lent to ${guest} instead.`,
    revoke: (_: string, guest: string) => `The passes of ${guest} have ended.`,
    dismiss: (title: string, guest: string) => `What ${guest} did with ${title} is left at that.`,
  },
  severalViolations: (text: string) =>
    `"${text}" could be several violations. Use the whole id of the one you mean:`,
  sinceUnreadable: (text: string) =>
    `--since: expected a length of time such as 24h or 7d, a day such as 2026-11-27, or an ISO time with its zone, got "${text}".`,

  sent: (invitee: string, library: string) => `An invitation to ${library} went to ${invitee}.`,
  opened: (invitee: string, library: string) => `${invitee} has access to ${library} now.`,
  inviteUnsure: (invitee: string) =>
    `Whether the invitation of ${invitee} went out is not known yet. OTP looks every minute; do not invite again.`,
  howLong: () => 'It ends only by hand: take it away in Plex.',

  keyMade: (name: string, scope: string) => `The key "${name}" may do what "${scope}" allows:`,
  keyOnce: () => 'It is shown this once and kept as a hash. Write it down now.',
  keyRemoved: (name: string) => `The key "${name}" opens nothing any more.`,
  noKeys: () => 'There are no keys besides the one in the configuration.',
  never: () => 'never',

  waiting: {
    search: (text: string) => `Looking for "${text}"`,
    service: () => 'Waiting for OTP',
    end: () => 'Waiting for Plex to end the stream',
    back: (guest: string) => `Waiting for plex.tv to take back the access of ${guest}`,
    invite: (invitee: string) => `Waiting for plex.tv to invite ${invitee}`,
  },

  nearMedia: (text: string) => `Nothing is called exactly "${text}". Perhaps this is meant:`,
  keyOrTitle: (text: string) => `"${text}" could be a rating key or a title:`,
  ofKey: (title: string, ratingKey: string) => `${title} (rating key ${ratingKey})`,
}
