import type { DiscordWords } from '../discord.js'
import { steps } from './guests.js'

export const guest: DiscordWords['guest'] = {
  assigned: (title) => `Du hast einen Gästepass für **${title}**.`,
  until: (when, howLong) => `Er gilt bis ${when} (${howLong}).`,
  open: (link) => `Hier geht es los: ${link}`,
  app: () => 'Es läuft im Browser auf <https://app.plex.tv> und in der Plex-App von Fernseher oder Telefon.',
  needsOwnPlexPass: () => 'Von außerhalb verlangt Plex einen Remote Watch Pass oder einen eigenen Plex Pass.',
  almostOver: (title) => `Die Zeit für **${title}** ist bald um.`,
  stillPending: () =>
    'Du hast die Einladung von Plex noch nicht angenommen, über die E-Mail oder auf <https://app.plex.tv>.',
  timeDenied: (title) => `Die Admins können dir für **${title}** nicht mehr Zeit geben.`,
  firstSteps: (link) =>
    [
      'Plex hat dir eine Einladung geschickt. So geht es los:',
      steps.accept(1),
      steps.verify(2),
      steps.wait(3),
      steps.play(4, link),
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
      steps.accept(1),
      steps.verify(2),
      steps.sources(3),
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
