import type { DiscordWords } from '../discord.js'

export const admins: DiscordWords['admins'] = {
  violationEnded: 'Stream beendet',
  violationRunning: 'Stream nicht auf dem Pass',
  violationNotEnded: 'Stream ließ sich nicht beenden',
  guest: 'Gast',
  played: 'Abgespielt',
  where: 'Wo',
  allowed: 'Auf dem Pass',
  done: 'Getan',
  repeats: 'Wiederholungen',
  nothingAllowed: 'nichts',
  on: (product, device) => `${product} auf ${device}`,
  unknownPlayer: 'ein unbekannter Player',
  seen: (when) => `gesehen ${when}`,
  slip: 'Die nächste Folge ist von selbst gestartet.',
  nothingDone: 'noch nichts',
  goneAfter: (seconds) => `Weg nach ${seconds}`,
  repeated: (count, when) => `noch ${count === 1 ? 'einmal' : `${count}-mal`}, zuletzt ${when}`,
  rungs: {
    terminate: 'Den Stream beenden',
    stop: 'Den Player anhalten',
    unshare: 'Den Zugriff entziehen',
    report: 'Nur melden',
  },
  outcomes: {
    intended: 'läuft',
    accepted: 'erledigt',
    gone: 'war schon weg',
    refused: 'abgelehnt',
    impossible: 'nicht möglich',
    failed: 'fehlgeschlagen',
    unknown: 'keine Antwort',
  },
  step: (rung, outcome, took) => `${rung}: ${outcome}${took}`,
  after: (seconds) => ` nach ${seconds}`,
  finished: (guest, title) => `${guest} hat **${title}** zu Ende geschaut; der Pass ist beendet.`,
  expired: (guest, title) => `Die Zeit von ${guest} für **${title}** ist um; der Pass ist beendet.`,
  revoked: (guest, title) => `Der Pass von ${guest} für **${title}** wurde zurückgenommen.`,
  accessLeft: () =>
    'plex.tv hat noch nicht bestätigt, dass der Zugriff weg ist. OTP versucht es von selbst weiter.',
  foreign: {
    share:
      'Inzwischen hat jemand anderes die Freigabe dieses Servers entfernt oder angelegt; OTP lässt sie, wie sie jetzt ist, bis auf das, was es selbst gegeben hat.',
    libraries:
      'Inzwischen hat jemand anderes geändert, welche Bibliotheken freigegeben sind; OTP lässt das, wie es jetzt ist, bis auf das, was es selbst gegeben hat.',
    settings:
      'Inzwischen hat jemand anderes die Einschränkungen oder Downloads dieser Person geändert; OTP lässt sie, wie sie jetzt sind.',
    grants:
      'Einzelne Titel, die OTP freigegeben hat, lassen sich nicht ohne die zurücknehmen, die jemand anderes freigegeben hat; bitte sieh sie dir in Plex an.',
    'private-library':
      'Jemand anderes hat die eigene Bibliothek dieses Passes in Plex geändert, deshalb hat OTP sie und ihre Dateien stehen lassen; bitte entferne sie von Hand.',
  },
  invitationAccepted: (guest, title) =>
    `${guest} hat die Einladung angenommen; der Pass für **${title}** ist bereit.`,
  invitationFailed: (invitee, reason) => `Die Einladung hat nicht geklappt: ${invitee}. ${reason}`,
  dmBlocked: (guest) => `${guest} nimmt keine Direktnachrichten von mir an. Bitte gib das weiter:`,
  plexDown: (since, reason) =>
    `Plex antwortet nicht, seit ${since}. ${reason} Bis dahin wird niemand bewacht, und nichts gilt als zu Ende geschaut.`,
  plexUp: (since) => `Plex antwortet wieder; weg war es seit ${since}.`,
  stillStopped: (since, by) =>
    `Die Wache ruht: ${by} hat sie ${since} angehalten. Kein Stream wird beurteilt, und Gäste können alles abspielen, was sie sehen. ` +
    'Fristen laufen weiter. `/monitor start` wacht wieder.',
  tokenDead: () =>
    'plex.tv nimmt das Plex-Token nicht mehr an. OTP kann weder Zugriff geben noch nehmen, noch einladen, bis sich ' +
    'jemand neu anmeldet: führ dort, wo OTP läuft, `otp login` aus und starte OTP dann neu.',
  webhookDead: (number, reason) =>
    `Webhook ${number} der Konfiguration bekommt keine Ereignisse mehr: ${reason}. Bring ihn in Ordnung oder nimm ihn heraus, und starte OTP neu.`,
  tokenWorks: () => 'plex.tv nimmt das Plex-Token wieder an.',
  accessGone: (guest, title) =>
    `plex.tv hat es bestätigt: der Zugriff von ${guest} auf **${title}** ist weg.`,
}
