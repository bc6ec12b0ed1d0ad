import type { DiscordWords } from '../discord.js'

export const replies: DiscordWords['replies'] = {
  everythingElseStops: (guest) =>
    `Alles andere, was ${guest} auf diesem Server abspielt, wird beendet, bis der Pass endet.`,
  assigned: (guest, title) => `**${title}** ist jetzt an ${guest} verliehen.`,
  extended: (guest, title) => `**${title}** war schon an ${guest} verliehen und bleibt es.`,
  deadline: (when, howLong) => `Der Pass endet am ${when} (${howLong}).`,
  deadlineWas: (when, before) => `Der Pass endet: ${when}; vorher: ${before}.`,
  deadlineCounts: () => 'Die Zeit läuft ab jetzt, auch solange die Einladung wartet.',
  noDeadline: () => 'keine Frist',
  plays: (plays) => `Abgespielt werden darf ${plays}.`,
  times: (count) => (count === 1 ? 'einmal' : `${count}-mal`),
  replaced: (titles) => `Ersetzt: ${titles}.`,
  invited: () => 'Eine Plex-Einladung ist unterwegs; sobald sie angenommen ist, gilt der Pass.',
  stillPending: () => 'Die Plex-Einladung ist noch nicht angenommen.',
  fence: (fence, note) => `Eingrenzung: ${fence}. ${note}`,
  guestTold: () => 'Der Gast bekommt eine Direktnachricht.',
  guestNotTold: (link) =>
    `Mit dem Gast ist kein Discord-Mitglied verknüpft. Bitte gib diesen Link weiter: ${link}`,
  willInvite: (invitee, title) =>
    `${invitee} hat noch keinen Zugang zu diesem Server. Soll eine Plex-Einladung hinausgehen, mit einem Pass für **${title}**?`,
  willInviteTo: (invitee, library) =>
    `${invitee} hat noch keinen Zugang zu diesem Server. Soll eine Plex-Einladung hinausgehen, mit Zugriff auf ${library}?`,
  willStopElse: (guest, title) =>
    `${guest} sieht auf diesem Server auch anderes. Mit einem Pass für **${title}** wird alles andere beendet, bis der Pass endet.`,
  question: () => 'Soll ich das machen?',
  confirm: 'Ja, machen',
  cancel: 'Abbrechen',
  cancelled: () => 'Es wurde nichts geändert.',
  alreadyAnswered: () => 'Das ist schon beantwortet.',
  noLongerValid: () => 'Diese Frage gilt nicht mehr. Bitte gib den Befehl noch einmal ein.',
  ended: (guest, titles) => `Der Pass von ${guest} für ${titles} ist beendet.`,
  accessRestored: () => 'Der Zugriff ist wieder so, wie er vorher war.',
  accessPending: () =>
    'plex.tv hat noch nicht bestätigt, dass der Zugriff weg ist. OTP versucht es von selbst weiter.',
  inviteSent: (invitee, libraries) => `Die Einladung ist unterwegs: ${invitee}, Zugriff auf ${libraries}.`,
  inviteAccepted: (invitee, libraries) => `${invitee} hat Zugriff auf ${libraries}.`,
  inviteFailed: (invitee, reason) => `Die Einladung hat nicht geklappt: ${invitee}. ${reason}`,
  inviteAsked: (invitee) =>
    `plex.tv hat die Einladung noch nicht bestätigt (${invitee}). OTP sieht jede Minute nach.`,
  library: 'die Bibliothek',
  whoMissing: () => 'Sag, wer es sein soll: gib `member` oder `plex` an, oder beides.',
  monitorRuns: (since) => `Die Wache läuft${since}.`,
  monitorStopped: (since) =>
    `Die Wache ruht${since}. Wer etwas anderes schaut, wird in Ruhe gelassen; Fristen laufen weiter, und endet ein Pass, enden auch seine Streams und sein Zugriff.`,
  since: (when, by) => ` seit ${when} (${by})`,
  guests: (guests, assignments) => `Gäste: ${guests}, offene Pässe: ${assignments}`,
  streams: (guests, others) => `Streams gerade: ${guests} von Gästen, ${others} von anderen`,
  plexFine: () => 'Plex: antwortet',
  plexDown: (reason) => `Plex: antwortet nicht. ${reason}`,
  tokenDead: () =>
    'plex.tv: nimmt das Token nicht mehr an. Melde dich dort, wo OTP läuft, mit `otp login` neu an.',
  lastPass: (when) => `Zuletzt nachgesehen: ${when}`,
  plexPass: (has) =>
    has ? 'Plex Pass: ja' : 'Plex Pass: nein, deshalb lassen sich Streams nicht mit Begründung beenden',
  cannotTerminate: () => 'Auf diesem Server lassen sich Streams nicht mit Begründung beenden',
  ladder: (rungs) => `Bei einem Stream, den kein Pass deckt: ${rungs}`,
  violations: (count) => `Laufende Verstöße: ${count}`,
  listening: (way, when) => `Plex wird zugehört: ja (${way}), seit ${when}`,
  notListening: (when, reason) =>
    `Plex wird zugehört: nein, seit ${when}: ${reason}. OTP fragt stattdessen in kurzen Abständen nach und versucht es weiter.`,
  pushBlocked: () =>
    'Wenn das so bleibt, sieh nach, ob ein Proxy oder eine Firewall zwischen OTP und Plex WebSockets durchlässt.',
  pushOff: () => 'Plex wird zugehört: ausgeschaltet (`[monitor] push`), OTP fragt in kurzen Abständen nach',
  told: (count, within) => `Zuletzt beendete Streams: ${count}; so schnell kam die Aufforderung: ${within}`,
  gone: (within) => `So schnell waren sie weg: ${within}`,
  discordTrouble: (reason) => `Discord: ${reason}`,
  waitingMessages: (count) => `Nachrichten, die noch hinausmüssen: ${count}`,
}
