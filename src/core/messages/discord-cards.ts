import type { ResolutionAction } from '../model.js'

/** Cards for admins and their buttons. Names and titles arrive harmless, instants as Discord's time marks. */
export const cards = {
  allowOnce: 'Allow once',
  assignThis: 'Assign this',
  revoke: 'Revoke',
  dismiss: 'Dismiss',
  undo: 'Undo',
  end: (title: string) => `End ${title}`,
  start: 'Start',
  stop: 'Stop',
  refresh: 'Refresh',
  older: 'Older',
  newer: 'Newest',
  openOne: 'Show one of them',
  decision: 'Decision',
  decided: {
    allow_once: (by: string, when: string) => `Allowed once by ${by}, ${when}`,
    assign: (by: string, when: string) => `Assigned by ${by}, ${when}`,
    revoke: (by: string, when: string) => `All passes revoked by ${by}, ${when}`,
    dismiss: (by: string, when: string) => `Dismissed by ${by}, ${when}`,
  } satisfies Record<ResolutionAction, (by: string, when: string) => string>,
  willAssign: (guest: string, title: string) =>
    `**${title}** becomes the pass of ${guest}; what they have now ends.`,
  willRevoke: (guest: string) => `Every pass of ${guest} ends, and the access that OTP gave goes.`,
  allowedOnce: (guest: string, title: string) =>
    `${guest} may play **${title}** once within the next 24 hours, beside what they have.`,
  revoked: (guest: string) => `The passes of ${guest} have ended.`,
  dismissed: () => 'Dismissed. The card stays, without buttons.',
  decidedAlready: (how: string) => `That has been decided already: ${how}.`,
  canUndo: (when: string) => `You can undo this until ${when}.`,
  undone: (guest: string, titles: string) => `Undone: ${guest} has ${titles} again.`,
  mustAcceptAgain: () =>
    'Their access had gone, so a new Plex invitation is on its way, which they must accept.',
  streamsNow: 'Streams of guests now',
  noStreams: () => 'No guest is watching now.',
  others: (count: number) =>
    count === 1
      ? 'Besides, one stream of somebody else, who is left alone.'
      : `Besides, ${count} streams of others, who are left alone.`,
  stream: (title: string, where: string, state: string, position: string) =>
    `${title}\n${where}\n${state}, at ${position}`,
  unknownTitle: 'something that Plex does not name',
  verdicts: {
    allowed: 'on the pass',
    violation: 'not on the pass',
    draining: 'ended, and lingers in the list',
    other: 'left alone',
  },
  states: {
    playing: 'playing',
    paused: 'paused',
    buffering: 'buffering',
    stopped: 'stopped',
    error: 'in error',
    unknown: 'unknown',
  },
  streamEnded: (guest: string, title: string) => `The stream of ${guest} (${title}) was told to end.`,
  monitor: 'Monitor',
  newestViolations: 'Streams that were not on a pass',
  noViolations: () => 'Nothing has been played that was not on a pass.',
  noOlder: () => 'There is nothing older.',
  violationLine: (when: string, guest: string, title: string, how: string) =>
    `${when} ${guest}: ${title} (${how})`,
  howEnded: 'ended',
  howRunning: 'still running',
}
