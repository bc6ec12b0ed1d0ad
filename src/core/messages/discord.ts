import type { ForeignChange } from '../model.js'
import { access } from './discord-access.js'
import { cards } from './discord-cards.js'
import { discordFinding } from './discord-finding.js'
import { guestMore, pass, passCommand, steps, wishes } from './discord-guests.js'
import { discordOutbox } from './discord-outbox.js'
import { discordRestored } from './discord-restored.js'

/**
 * What people read in Discord. Names and titles arrive here already made harmless, instants as Discord's own
 * time marks; a text only puts them into words.
 */
const commands = {
  pass: passCommand,
  assign: {
    description: 'Let a guest watch one film, episode, season or show',
    options: {
      media: 'What: start typing a title and pick one',
      member: 'Who, as a member of this Discord server',
      plex: 'Who, as a Plex username or e-mail address',
      expires: 'Until when: "friday 20:00", "tomorrow evening", "in 3 days", 36h, 7d, or an ISO time',
      fence: 'How the guest is kept to it (auto picks the strongest that works)',
      add: 'Keep what the guest has, instead of replacing it',
    },
    fences: {
      auto: 'auto: the strongest that works',
      label: 'label: only this film or show is visible',
      library: 'library: the whole library is visible, the rest is ended',
      private: 'private: a library of its own',
      item: 'item: a grant for this item alone',
    },
  },
  unassign: {
    description: "End a guest's assignments and take the access back",
    options: { guest: 'Whose', reason: 'Why; the guest reads it' },
  },
  invite: {
    description: 'Give somebody standing access to one library',
    options: {
      plex: 'Plex username or e-mail address',
      library: 'Which library',
      member: 'The member of this Discord server that it is for',
    },
  },
  monitor: {
    description: 'The watch over the streams of guests',
    start: 'Start watching',
    stop: 'Stop watching; deadlines and taking access back go on',
    status: 'What is being watched, and how',
    now: 'Streams of guests now, with buttons to end them',
    violations: 'What was played that was on no pass, newest first',
  },
}

const replies = {
  everythingElseStops: (guest: string) =>
    `Everything else that ${guest} plays on this server will be ended until the pass ends.`,
  assigned: (guest: string, title: string) => `**${title}** is assigned to ${guest}.`,
  extended: (guest: string, title: string) => `**${title}** was assigned to ${guest} already and stays so.`,
  deadline: (when: string, howLong: string) => `It ends at ${when} (${howLong}).`,
  deadlineWas: (when: string, before: string) => `It ends at ${when}; before, it was ${before}.`,
  deadlineCounts: () => 'The time counts from now, also while the invitation is waiting.',
  noDeadline: () => 'no deadline',
  plays: (plays: string) => `It may be played ${plays}.`,
  times: (count: number) => (count === 1 ? 'once' : `${count} times`),
  replaced: (titles: string) => `Replaced: ${titles}.`,
  invited: () => 'A Plex invitation is on its way; the pass is ready as soon as it is accepted.',
  stillPending: () => 'The Plex invitation has not been accepted yet.',
  fence: (fence: string, note: string) => `Fence: ${fence}. ${note}`,
  guestTold: () => 'The guest gets a direct message.',
  guestNotTold: (link: string) =>
    `No Discord member is linked to the guest. Please pass this link on: ${link}`,
  willInvite: (invitee: string, title: string) =>
    `${invitee} is not a friend of this server yet. Send a Plex invitation, and let them watch **${title}**?`,
  willInviteTo: (invitee: string, library: string) =>
    `${invitee} is not a friend of this server yet. Send a Plex invitation, and open ${library} to them?`,
  willStopElse: (guest: string, title: string) =>
    `${guest} can see other things on this server. With a pass for **${title}**, everything else they play is ended until the pass ends.`,
  question: () => 'Shall I go on?',
  confirm: 'Confirm',
  cancel: 'Cancel',
  cancelled: () => 'Nothing was changed.',
  alreadyAnswered: () => 'That has been answered already.',
  noLongerValid: () => 'This question is no longer valid. Please run the command again.',
  ended: (guest: string, titles: string) => `The pass of ${guest} for ${titles} has ended.`,
  accessRestored: () => 'The access is back to what it was.',
  accessPending: () => 'plex.tv has not confirmed yet that the access is gone. OTP goes on trying by itself.',
  inviteSent: (invitee: string, libraries: string) => `${invitee} is invited to ${libraries}.`,
  inviteAccepted: (invitee: string, libraries: string) => `${invitee} has access to ${libraries}.`,
  inviteFailed: (invitee: string, reason: string) => `${invitee} could not be invited. ${reason}`,
  inviteAsked: (invitee: string) =>
    `plex.tv has not confirmed the invitation of ${invitee} yet. OTP looks again every minute.`,
  library: 'the library',
  whoMissing: () => 'Say who: give `member`, `plex`, or both.',
  monitorRuns: (since: string) => `Watching${since}.`,
  monitorStopped: (since: string) =>
    `Not watching${since}. Strays are left alone; deadlines go on, and when a pass ends, so do its streams and access.`,
  since: (when: string, by: string) => ` since ${when} (${by})`,
  guests: (guests: number, assignments: number) => `Guests: ${guests}, open assignments: ${assignments}`,
  streams: (guests: number, others: number) => `Streams now: ${guests} of guests, ${others} of others`,
  plexFine: () => 'Plex: answers',
  plexDown: (reason: string) => `Plex: does not answer. ${reason}`,
  tokenDead: () =>
    'plex.tv: does not accept the token any more. Sign in again with `otp login` where OTP runs.',
  lastPass: (when: string) => `Last look: ${when}`,
  plexPass: (has: boolean) =>
    has ? 'Plex Pass: yes' : 'Plex Pass: no, so streams cannot be ended with a reason',
  cannotTerminate: () => 'Streams cannot be ended with a reason on this server',
  ladder: (rungs: string) => `On a stream that is not covered: ${rungs}`,
  violations: (count: number) => `Violations going on: ${count}`,
  listening: (way: string, when: string) => `Listening to Plex: yes (${way}), since ${when}`,
  notListening: (when: string, reason: string) =>
    `Listening to Plex: not since ${when}: ${reason}. OTP asks at short intervals instead, and goes on trying.`,
  pushBlocked: () =>
    'If that lasts, see whether a proxy or firewall between OTP and Plex lets WebSockets through.',
  pushOff: () => 'Listening to Plex: off (`[monitor] push`), OTP asks at short intervals',
  told: (count: number, within: string) =>
    `Streams ended lately: ${count}; how soon they were told to stop: ${within}`,
  gone: (within: string) => `How soon they were gone: ${within}`,
  discordTrouble: (reason: string) => `Discord: ${reason}`,
  waitingMessages: (count: number) => `Messages waiting to be sent: ${count}`,
}

const guest = {
  assigned: (title: string) => `You have a guest pass for **${title}**.`,
  until: (when: string, howLong: string) => `It is yours until ${when} (${howLong}).`,
  open: (link: string) => `Open it here: ${link}`,
  ...guestMore,
  firstSteps: (link: string) =>
    [
      'Plex has sent you an invitation. To get started:',
      steps.accept(1),
      steps.verify(2),
      steps.wait(3),
      steps.play(4, link),
    ].join('\n'),
  everythingElseStops: () => 'While you have this pass, everything else you play on that server is ended.',
  extended: (title: string) => `Your pass for **${title}** has a new deadline.`,
  untilFinished: () => 'It is yours until you have finished it.',
  ready: (title: string) => `Your pass for **${title}** is ready. Enjoy!`,
  invited: (library: string) => `You have access to the library ${library}.`,
  invitedSteps: (library: string) =>
    [
      `You are invited to the library ${library}. To get started:`,
      steps.accept(1),
      steps.verify(2),
      steps.sources(3),
    ].join('\n'),
  strayed: (played: string) => `I ended **${played}**: it is not on your pass.`,
  slipped: (played: string) =>
    `**${played}** started by itself after your title, so I ended it. No harm done: it is just not on your pass.`,
  mayWatch: (titles: string) => `You may watch ${titles}.`,
  mayWatchNothing: () => 'There is nothing on your pass at the moment.',
  finished: (title: string) => `You have finished **${title}**. I hope you enjoyed it! The pass has ended.`,
  expired: (title: string) => `The time for **${title}** is over, so the pass has ended.`,
  revoked: (title: string) => `Your pass for **${title}** has ended.`,
  reason: (reason: string) => `Reason: ${reason}`,
}

const admins = {
  violationEnded: 'Stream ended',
  violationRunning: 'Stream not on the pass',
  violationNotEnded: 'Stream could not be ended',
  guest: 'Guest',
  played: 'Played',
  where: 'Where',
  allowed: 'On the pass',
  done: 'Done',
  repeats: 'Repeats',
  nothingAllowed: 'nothing',
  on: (product: string, device: string) => `${product} on ${device}`,
  unknownPlayer: 'an unknown player',
  seen: (when: string) => `seen ${when}`,
  slip: 'The next episode started by itself.',
  nothingDone: 'nothing yet',
  goneAfter: (seconds: string) => `Gone after ${seconds}`,
  repeated: (count: number, when: string) => `${count === 1 ? 'once' : `${count} times`} more, last ${when}`,
  rungs: {
    terminate: 'End the stream',
    stop: 'Stop the player',
    unshare: 'Take the access away',
    report: 'Report only',
  },
  outcomes: {
    intended: 'under way',
    accepted: 'done',
    gone: 'was gone already',
    refused: 'refused',
    impossible: 'not possible',
    failed: 'failed',
    unknown: 'no answer',
  },
  step: (rung: string, outcome: string, took: string) => `${rung}: ${outcome}${took}`,
  after: (seconds: string) => ` after ${seconds}`,
  finished: (guest: string, title: string) => `${guest} has finished **${title}**; the pass has ended.`,
  expired: (guest: string, title: string) =>
    `The time of ${guest} for **${title}** is over; the pass has ended.`,
  revoked: (guest: string, title: string) => `The pass of ${guest} for **${title}** was taken back.`,
  accessLeft: () => 'plex.tv has not confirmed yet that the access is gone. OTP goes on trying by itself.',
  foreign: {
    share:
      'Meanwhile somebody else removed or made the share of this server; OTP leaves it as it is now, apart from what it gave.',
    libraries:
      'Meanwhile somebody else changed which libraries are shared; OTP leaves that as it is now, apart from what it gave.',
    settings:
      'Meanwhile somebody else changed the restrictions or downloads of this person; OTP leaves them as they are now.',
    grants:
      'Single items that OTP granted cannot be taken back without those that somebody else granted; please look at them in Plex.',
    'private-library':
      'Somebody else has changed the private library of this pass in Plex, so OTP left it and its files; please remove it by hand.',
  } satisfies Record<ForeignChange, string>,
  invitationAccepted: (guest: string, title: string) =>
    `${guest} has accepted the invitation; the pass for **${title}** is ready.`,
  invitationFailed: (invitee: string, reason: string) => `The invitation of ${invitee} failed. ${reason}`,
  dmBlocked: (guest: string) => `${guest} accepts no direct messages from me. Please pass this on:`,
  plexDown: (since: string, reason: string) =>
    `Plex has not answered since ${since}. ${reason} Nobody is watched until it does; nothing counts as finished.`,
  plexUp: (since: string) => `Plex answers again; it had been away since ${since}.`,
  stillStopped: (since: string, by: string) =>
    `The monitor is stopped: ${by} stopped it ${since}. No stream is judged, and guests can play whatever they see. ` +
    'Deadlines go on. `/monitor start` watches again.',
  tokenDead: () =>
    'plex.tv does not accept the Plex token any more. OTP can neither give nor take access, nor invite, until ' +
    'somebody signs in again: run `otp login` where OTP runs, then start OTP anew.',
  tokenWorks: () => 'plex.tv accepts the Plex token again.',
  webhookDead: (number: number, reason: string) =>
    `Webhook ${number} of the configuration gets no events any more: ${reason}. Mend it or take it out, and start OTP again.`,
  accessGone: (guest: string, title: string) =>
    `plex.tv has confirmed it: the access that ${guest} had for **${title}** is gone.`,
}

const errors = {
  forbidden: () => 'Only the admins of this server can do that.',
  notYours: () => 'Only the person who was asked can answer that.',
  unexpected: (ref: string) => `Something went wrong (ref ${ref}).`,
  several: () => 'That could be any of these:',
  candidate: (label: string, value: string) => `• ${label}: ${value}`,
  restarting: () => 'OTP is restarting. Please try again in a minute.',
}

/** Said after the sentence of a refusal: the setting to look at, or the next step. */
const hints = {
  invalid_input: '',
  unauthenticated: '',
  forbidden: '',
  not_found: '',
  media_not_found: '',
  guest_not_found: '',
  library_not_found: '',
  assignment_not_found: '',
  violation_not_found: '',
  ambiguous: 'Please run the command again with one of these.',
  confirmation_needed: '',
  media_not_assignable: '',
  guest_not_assignable: '',
  fence_unavailable: '',
  conflict: '',
  too_many_requests: '',
  plex_unreachable: 'Is the server running? The setting to look at is `[plex] url`.',
  plex_refused: '',
  plex_pass_required: '',
  plex_busy: '',
  plex_token_rejected: 'The setting to look at is `[plex] token`.',
  store_unavailable: 'Nothing was saved; please try again.',
  not_configured: '',
  service_unreachable: '',
}

/** What kind of thing an item is, in a list of suggestions. */
const kinds = { movie: 'film', episode: 'episode', season: 'season', show: 'whole show' }

const people = {
  anEmailAddress: 'that e-mail address',
  anEmailAddressFirst: 'That e-mail address',
  apiKey: (name: string) => `API key ${name}`,
}

export const discord = {
  commands,
  replies,
  pass,
  guest,
  admins,
  wishes,
  errors,
  hints,
  kinds,
  people,
  access,
  cards,
  finding: discordFinding,
  outbox: discordOutbox,
  restored: discordRestored,
}

/** Every text of Discord in one language: a language that lacks one does not compile. */
export type DiscordWords = InAnyLanguage<typeof discord>

/** The same texts and facts, whatever is said. */
type InAnyLanguage<T> = T extends string
  ? string
  : T extends (...facts: infer F) => string
    ? (...facts: F) => string
    : { [K in keyof T]: InAnyLanguage<T[K]> }
