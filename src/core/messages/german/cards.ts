import type { DiscordWords } from '../discord.js'

export const cards: DiscordWords['cards'] = {
  allowOnce: 'Einmal erlauben',
  assignThis: 'Diesen Titel geben',
  revoke: 'Entziehen',
  dismiss: 'Abhaken',
  undo: 'Rückgängig',
  end: (title) => `${title} beenden`,
  start: 'Starten',
  stop: 'Anhalten',
  refresh: 'Aktualisieren',
  older: 'Ältere',
  newer: 'Neueste',
  openOne: 'Einen davon zeigen',
  decision: 'Entscheidung',
  decided: {
    allow_once: (by, when) => `Einmal erlaubt von ${by}, ${when}`,
    assign: (by, when) => `Zugewiesen von ${by}, ${when}`,
    revoke: (by, when) => `Alle Pässe entzogen von ${by}, ${when}`,
    dismiss: (by, when) => `Abgehakt von ${by}, ${when}`,
  },
  willAssign: (guest, title) => `**${title}** wird der Pass von ${guest}; was es bisher gibt, endet.`,
  willRevoke: (guest) =>
    `Jeder Pass von ${guest} endet, und der Zugriff, den OTP gegeben hat, wird zurückgenommen.`,
  allowedOnce: (guest, title) =>
    `${guest} darf **${title}** in den nächsten 24 Stunden einmal abspielen, neben allem anderen.`,
  revoked: (guest) => `Die Pässe von ${guest} sind beendet.`,
  dismissed: () => 'Abgehakt. Die Karte bleibt, ohne Knöpfe.',
  decidedAlready: (how) => `Das ist schon entschieden: ${how}.`,
  canUndo: (when) => `Das lässt sich rückgängig machen bis ${when}.`,
  undone: (guest, titles) => `Rückgängig gemacht: ${guest} hat ${titles} wieder.`,
  mustAcceptAgain: () =>
    'Der Zugriff war schon weg, deshalb ist eine neue Plex-Einladung unterwegs, die erst angenommen werden muss.',
  streamsNow: 'Streams der Gäste jetzt',
  noStreams: () => 'Gerade schaut kein Gast.',
  others: (count) =>
    count === 1
      ? 'Außerdem ein Stream von jemand anderem, der in Ruhe gelassen wird.'
      : `Außerdem ${count} Streams von anderen, die in Ruhe gelassen werden.`,
  stream: (title, where, state, position) => `${title}\n${where}\n${state}, bei ${position}`,
  unknownTitle: 'etwas, das Plex nicht benennt',
  verdicts: {
    allowed: 'auf dem Pass',
    violation: 'nicht auf dem Pass',
    draining: 'beendet, steht noch in der Liste',
    other: 'in Ruhe gelassen',
  },
  states: {
    playing: 'läuft',
    paused: 'angehalten',
    buffering: 'lädt',
    stopped: 'gestoppt',
    error: 'gestört',
    unknown: 'unbekannt',
  },
  streamEnded: (guest, title) => `Der Stream von ${guest} (${title}) soll jetzt enden.`,
  monitor: 'Wache',
  newestViolations: 'Streams, die auf keinem Pass standen',
  noViolations: () => 'Es wurde nichts abgespielt, was nicht auf einem Pass stand.',
  noOlder: () => 'Ältere gibt es nicht.',
  violationLine: (when, guest, title, how) => `${when} ${guest}: ${title} (${how})`,
  howEnded: 'beendet',
  howRunning: 'läuft noch',
}
