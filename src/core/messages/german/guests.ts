import type { DiscordWords } from '../discord.js'

export const pass: DiscordWords['pass'] = {
  done: 'Ich bin fertig',
  doneWith: (title) => `Fertig: ${title}`,
  moreTime: 'Ich brauche mehr Zeit',
  moreTimeFor: (title) => `Mehr Zeit: ${title}`,
  notLinked: () =>
    'Du bist hier mit keinem Plex-Konto verknüpft, deshalb weiß ich von keinem Pass. Bitte einen Admin, `/assign` mit ' +
    '`member` zu verwenden; das verknüpft dich mit deinem Konto.',
  none: () =>
    'Du hast gerade keinen Pass. Bitte einen Admin um `/assign` mit `member`, wenn du etwas schauen möchtest.',
  title: (title) => `**${title}**`,
  until: (when, howLong) => `Er gilt bis ${when} (${howLong}).`,
  untilFinished: () => 'Er gilt, bis du fertig geschaut hast.',
  minutes: (at, of) => `Geschaut: ${at} von ${of} Minuten.`,
  begun: (at) => `Geschaut: ${at} Minuten.`,
  notBegun: () => 'Noch nicht angefangen.',
  episodes: (seen, of) => `Geschaut: ${seen} von ${of} Folgen.`,
  episodesSeen: (seen) => `Geschaut: ${seen === 1 ? '1 Folge' : `${seen} Folgen`}.`,
  playsLeft: (left) => {
    if (left === 0) return 'Das ist das letzte Mal, dass du es abspielen darfst.'
    return `Du darfst es noch ${left === 1 ? 'einmal' : `${left}-mal`} abspielen.`
  },
  open: (link) => `Hier geht es los: ${link}`,
  more: (count) => `Und ${count} weitere.`,
  doneQuestion: (title) =>
    `Bist du mit **${title}** fertig? Dein Pass dafür endet dann jetzt, und ein Stream, der noch läuft, auch.`,
  doneNow: (title) => `Dein Pass für **${title}** ist zu Ende. Danke, dass du Bescheid gesagt hast!`,
  asked: (title) =>
    `Ich habe die Admins um mehr Zeit für **${title}** gebeten. Ich sage dir, was sie antworten.`,
  askedBefore: (title) =>
    `Die Admins sind schon um mehr Zeit für **${title}** gebeten und sehen es sich an. Ich sage dir, was sie antworten.`,
}

/** The first steps of somebody who has been invited, one line each. */
export const steps = {
  accept: (n: number) =>
    `${n}. Nimm sie an, über die E-Mail oder auf <https://app.plex.tv> mit deinem Plex-Konto.`,
  verify: (n: number) =>
    `${n}. Wenn Plex danach fragt, bestätige deine E-Mail-Adresse auf <https://www.plex.tv>; vorher lässt es dich nicht hinein.`,
  wait: (n: number) => `${n}. Warte auf meine nächste Nachricht: sie kommt von selbst, in ein, zwei Minuten.`,
  play: (n: number, link: string) =>
    `${n}. Öffne dann diesen Link, im Browser oder in der Plex-App von Fernseher oder Telefon, und drück auf Abspielen: ${link}`,
  sources: (n: number) =>
    `${n}. Öffne Plex, im Browser oder in der App: die Bibliothek steht bei deinen Quellen.`,
}

export const wishes: DiscordWords['wishes'] = {
  timeAsked: (guest, title) => `${guest} bittet um mehr Zeit für **${title}**.`,
  endsAt: (when, howLong) => `Der Pass endet ${when} (${howLong}).`,
  oneDay: '+1 Tag',
  threeDays: '+3 Tage',
  deny: 'Ablehnen',
  granted: (by, when) => `${by} hat mehr Zeit gegeben: der Pass endet jetzt ${when}.`,
  denied: (by) => `${by} hat abgelehnt; der Gast weiß es.`,
  over: () => 'Der Pass war zu Ende, bevor jemand geantwortet hat.',
  hasLeft: (guest) => `${guest} hat diesen Discord-Server verlassen.`,
  stillHas: (titles) => `Es gibt noch einen Pass für ${titles}. Was soll daraus werden?`,
  revoke: 'Entziehen',
  keep: 'Behalten lassen',
  revokeQuestion: (guest) => `Jeder Pass von ${guest} endet jetzt, und was davon läuft, auch.`,
  revoked: (by) => `${by} hat alles beendet.`,
  kept: (by) => `${by} hat es dabei gelassen.`,
  back: () => 'Wieder da, es ist nichts zu entscheiden.',
  linked: (member, guest) =>
    `${member} ist ab jetzt mit ${guest} verknüpft: beim nächsten Mal reicht \`member\`.`,
  unlink: 'Verknüpfung lösen',
  unlinked: (member, guest) =>
    `${member} ist nicht mehr mit ${guest} verknüpft und erfährt nichts mehr von diesen Pässen.`,
}
