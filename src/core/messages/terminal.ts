/** What the terminal client says. Instants arrive as text in the reader's own zone. */
export const terminal = {
  assigned: (title: string, guest: string) => `${title} is lent to ${guest}.`,
  extended: (title: string, guest: string) => `${guest} had ${title} already; the limits given now count.`,
  until: (when: string) => `Until ${when}.`,
  untilFinished: () => 'Until it has been watched.',
  untilPending: (when: string) => `Until ${when}; the time runs already while the invitation waits.`,
  plays: (plays: number) => (plays === 1 ? 'For one play.' : `For ${plays} plays.`),
  limitsBefore: (until: string, plays: string) => `Before: until ${until}, ${plays} plays.`,
  fence: (fence: string, note: string) => `Fence: ${fence}. ${note}`,
  replaced: (count: number) =>
    count === 1 ? 'The assignment from before has ended.' : `${count} assignments from before have ended.`,
  invited: (guest: string) => `An invitation went to ${guest}; the pass works once it is accepted.`,
  everythingElseStops: () => 'The guest has other access: everything else stops until this pass ends.',
  tellYourself: (link: string) => `OTP knows no Discord user of theirs. Send them the link yourself: ${link}`,
  link: (link: string) => `Link: ${link}`,

  limitsChanged: (title: string, guest: string) => `${title} stays lent to ${guest}, with other limits.`,
  deadlineTellYourself: () => 'OTP knows no Discord user of theirs, so tell them of the deadline yourself.',

  ended: (title: string, guest: string) => `${title} has ended for ${guest}.`,
  accessRestored: () => 'The access that OTP gave is gone.',
  accessPending: () => 'plex.tv has not confirmed yet that the access is gone; OTP goes on by itself.',

  waiting: {
    assign: (guest: string) => `Waiting for Plex and plex.tv to give ${guest} access`,
    copying: (title: string, percent: number) => `Copying "${title}" for the guest: ${percent} %`,
    server: () => 'Waiting for the Plex server',
  },

  libraryMade: (title: string, key: string) =>
    `The library "${title}" was made, with the key ${key}, and is being scanned.`,
  confirmRemoval: (title: string) =>
    `Plex will forget the library "${title}"; its media files stay. Type its exact title to go on: `,
  removalUnchecked: () =>
    'There is no store of OTP here, so whether a pass still needs that library is not looked up.',

  severalMedia: (text: string) => `Several items match "${text}". Use the rating key of the one you mean:`,
  noMedia: (text: string) => `Nothing called "${text}" can be lent. "otp search" shows what there is.`,

  monitorOn: (since: string) => `The monitor is running${since}.`,
  monitorOff: (since: string) => `The monitor is stopped${since}: nothing is judged.`,
  since: (when: string, by: string) => ` since ${when} (${by})`,
  plexReached: () => 'Plex is reached.',
  plexMissing: (reason: string) => `Plex is not reached: ${reason}`,
  counts: (guests: number, open: number, violations: number) =>
    `Guests: ${guests}. Open assignments: ${open}. Violations going on: ${violations}.`,
  streams: (guests: number, others: number) => `Streams now: ${guests} of guests, ${others} of others.`,
  ladder: (rungs: readonly string[]) => `A stream that is not covered: ${rungs.join(', then ')}.`,
  cannotTerminate: () => 'Ending a stream with a reason needs Plex Pass, which this server does not have.',
  listening: (way: string, when: string) => `Listening to what Plex announces (${way}) since ${when}.`,
  notListening: (when: string, reason: string) =>
    `Not listening to what Plex announces since ${when}: ${reason}. OTP asks at short intervals instead, and goes on trying.`,
  pushBlocked: () =>
    'If that lasts, see whether a proxy or firewall between OTP and Plex lets WebSockets through.',
  pushOff: () =>
    'Not listening to what Plex announces, since [monitor] push is off: OTP asks at short intervals.',
  told: (count: number, within: string) =>
    `Streams ended lately: ${count}. How soon they were told to stop: ${within}.`,
  gone: (within: string) => `How soon they were gone: ${within}.`,
  messageTrouble: (reason: string) => `Messages to the admin channel cannot be delivered: ${reason}`,
  discordTrouble: (reason: string) => `Discord: ${reason}`,
  waitingMessages: (count: number) => `Messages waiting to be sent: ${count}.`,

  none: {
    assignments: () => 'There are no open assignments.',
    violations: () => 'There are no violations.',
    sessions: () => 'No guest is watching.',
    media: () => 'Nothing was found.',
    libraries: () => 'The server has no libraries.',
  },
  more: () => 'There are more; ask for them with --limit.',

  columns: {
    id: 'ID',
    guest: 'GUEST',
    name: 'NAME',
    scope: 'SCOPE',
    used: 'USED LAST',
    made: 'MADE',
    by: 'BY',
    decision: 'DECISION',
    media: 'MAY WATCH',
    state: 'STATE',
    progress: 'SEEN',
    until: 'UNTIL',
    finished: 'finished',
    since: 'SINCE',
    fence: 'FENCE',
    when: 'WHEN',
    played: 'PLAYED',
    watching: 'WATCHES',
    player: 'ON',
    done: 'DONE',
    repeats: 'REPEATS',
    ratingKey: 'RATING KEY',
    type: 'TYPE',
    title: 'TITLE',
    verdict: 'VERDICT',
    key: 'KEY',
    folders: 'FOLDERS',
    scanning: 'SCAN',
  },
  stillTaking: () => '(access is being taken back)',
  scanGoesOn: () => 'running',
  unknownMedia: () => 'unknown',
  unknownReason: () => 'no reason given',
  nothingDone: () => 'nothing',

  cannotReach: (url: string, reason: string) =>
    `OTP cannot be reached at ${url} (${reason}). Is "otp serve" running there?`,
  notOtp: (url: string) => `What answers at ${url} is not OTP. Check --url, OTP_URL or [api] in config.toml.`,
  noKey: () => 'There is no key for the service: give --key, OTP_API_KEY or [api] key in config.toml.',
  wrongUrl: (text: string) => `"${text}" is no address. Expected something like http://127.0.0.1:4040.`,
  unknownVerb: (verb: string) => `unknown verb "${verb}". "otp --help" lists them.`,
  bug: (text: string) => `Something went wrong: ${text}`,

  firstRun: (path: string) => [
    `This is the first run, so ${path} was written, with a fresh API key in it.`,
    '"otp init" asks for what is missing. By hand: [plex] url and token; for Discord token, application_id, guild_id and admin_channel_id.',
    'Then start OTP again.',
  ],
  configWritten: (path: string) => `${path} was written, with a fresh API key in it.`,
  configExists: (path: string) => `${path} exists already and was left as it is.`,
  configGood: (path: string) => `${path} is in order.`,
  configMissing: (path: string) => `There is no ${path}. "otp config" writes one.`,
}
