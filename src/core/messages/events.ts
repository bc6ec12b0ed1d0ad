import type { EventName } from '../events/event.js'

type Told = Record<EventName, (who: string, what: string) => string>

/** What is said about listening to events. */
export const events = {
  tooMany: (most: number) => `${most} event streams are open already. Close one, and try again.`,
  answered: (status: number) => `it answered ${status}`,
  noAnswer: () => 'it did not answer in time',
  notReached: (code: string) => `it cannot be reached (${code})`,
  webhookDead: (number: number, reason: string) =>
    `Webhook ${number} of the configuration gets no events any more: ${reason}. Mend it or take it out, and start OTP again.`,
  lost: () => 'The connection to OTP was lost; trying again.',
  back: () => 'Connected again, from where it was lost.',
  missed: () => 'Some of what happened before is not kept any more.',

  /** One line for each event, by whom it is about and what. */
  told: {
    'assignment.created': (who, what) => `${who}: pass for ${what} made`,
    'assignment.ready': (who, what) => `${who}: ${what} can be watched now`,
    'assignment.watching': (who, what) => `${who}: has begun to watch ${what}`,
    'assignment.finished': (who, what) => `${who}: has finished ${what}`,
    'assignment.expired': (who, what) => `${who}: the time for ${what} is over`,
    'assignment.revoked': (who, what) => `${who}: pass for ${what} taken back`,
    'assignment.extended': (who, what) => `${who}: other limits for ${what}`,
    'assignment.replaced': (who, what) => `${who}: another pass took the place of ${what}`,
    'violation.seen': (who, what) => `${who}: plays ${what}, which is not on the pass`,
    'violation.enforced': (who, what) => `${who}: something was done about ${what}`,
    'violation.ended': (who, what) => `${who}: the stream of ${what} is over`,
    'violation.resolved': (who, what) => `${who}: somebody has decided about ${what}`,
    'invitation.sent': (who, what) => `${who}: invited${to(what)}`,
    'invitation.accepted': (who, what) => `${who}: has access${to(what)}`,
    'invitation.cancelled': (who, what) => `${who}: invitation${to(what)} taken back`,
    'invitation.failed': (who, what) => `${who}: invitation${to(what)} failed`,
    'guest.released': (who) => `${who}: is a guest no more`,
    'server.down': (_, why) => `Plex does not answer. ${why}`.trim(),
    'server.up': () => 'Plex answers again',
    'account.token_dead': () => 'plex.tv does not accept the token any more',
    'monitor.started': (who) => `${who}: monitor started`,
    'monitor.stopped': (who) => `${who}: monitor stopped`,
  } satisfies Told as Told,

  wrongName: (known: string) => `names of events with commas between them, of: ${known}`,
}

function to(library: string): string {
  return library === '' ? '' : ` to ${library}`
}
