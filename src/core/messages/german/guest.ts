import type { DiscordWords } from '../discord.js'

export const guest: DiscordWords['guest'] = {
  assigned: (title) => `Du hast einen Gästepass für **${title}**.`,
  until: (when, howLong) => `Er gilt bis ${when} (${howLong}).`,
  open: (link) => `Hier geht es los: ${link}`,
  firstSteps: (link) =>
    [
      'Plex hat dir eine Einladung geschickt. So geht es los:',
      '1. Nimm sie an, über die E-Mail oder auf <https://app.plex.tv> mit deinem Plex-Konto.',
      '2. Warte auf meine nächste Nachricht: sie kommt von selbst, in ein, zwei Minuten.',
      `3. Öffne dann diesen Link und drück auf Abspielen: ${link}`,
    ].join('\n'),
  everythingElseStops: () =>
    'Solange du diesen Pass hast, wird alles andere beendet, was du auf diesem Server abspielst.',
  extended: (title) => `Dein Pass für **${title}** hat eine neue Frist.`,
  untilFinished: () => 'Er gilt, bis du fertig geschaut hast.',
  ready: (title) => `Dein Pass für **${title}** ist bereit. Viel Spaß!`,
  invited: (library) => `Du hast Zugriff auf die Bibliothek ${library}.`,
  invitedSteps: (library) =>
    [
      `Du bist in die Bibliothek ${library} eingeladen. So geht es los:`,
      '1. Nimm die Einladung von Plex an, über die E-Mail oder auf <https://app.plex.tv> mit deinem Plex-Konto.',
      '2. Öffne Plex: die Bibliothek steht bei deinen Quellen.',
    ].join('\n'),
  strayed: (played) => `Ich habe **${played}** beendet: das steht nicht auf deinem Pass.`,
  slipped: (played) =>
    `**${played}** ist nach deinem Titel von selbst gestartet, deshalb habe ich es beendet. Nicht schlimm: es steht nur nicht auf deinem Pass.`,
  mayWatch: (titles) => `Schauen darfst du: ${titles}.`,
  mayWatchNothing: () => 'Auf deinem Pass steht gerade nichts.',
  finished: (title) =>
    `Du hast **${title}** zu Ende geschaut. Ich hoffe, es hat dir gefallen! Der Pass ist damit zu Ende.`,
  expired: (title) => `Die Zeit für **${title}** ist um, deshalb ist der Pass zu Ende.`,
  revoked: (title) => `Dein Pass für **${title}** ist beendet.`,
  reason: (reason) => `Grund: ${reason}`,
}
