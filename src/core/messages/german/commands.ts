import type { DiscordWords } from '../discord.js'

export const commands: DiscordWords['commands'] = {
  pass: { description: 'Dein eigener Gästepass: was du schauen darfst, bis wann, und wie weit du bist' },
  assign: {
    description: 'Einem Gast einen Film, eine Folge, eine Staffel oder eine Serie leihen',
    options: {
      media: 'Was: tipp den Anfang eines Titels und wähl einen aus',
      member: 'Wer, als Mitglied dieses Discord-Servers',
      plex: 'Wer, als Plex-Benutzername oder E-Mail-Adresse',
      expires: 'Bis wann: 36h, 7d, 2d12h oder ein ISO-Zeitpunkt wie 2026-12-24T20:00Z',
      fence: 'Wie der Gast darauf beschränkt wird (auto nimmt das Strengste, was geht)',
      add: 'Was der Gast schon hat, bleibt, statt ersetzt zu werden',
    },
    fences: {
      auto: 'auto: das Strengste, was geht',
      label: 'label: nur dieser Film oder diese Serie ist zu sehen',
      library: 'library: die ganze Bibliothek ist zu sehen, alles andere wird beendet',
      private: 'private: eine eigene Bibliothek',
      item: 'item: Zugriff nur auf diesen einen Titel',
    },
  },
  unassign: {
    description: 'Die Pässe eines Gastes beenden und den Zugriff zurücknehmen',
    options: { guest: 'Wessen', reason: 'Warum; der Gast liest es' },
  },
  invite: {
    description: 'Jemandem dauerhaft Zugriff auf eine Bibliothek geben',
    options: {
      plex: 'Plex-Benutzername oder E-Mail-Adresse',
      library: 'Welche Bibliothek',
      member: 'Das Mitglied dieses Discord-Servers, um das es geht',
    },
  },
  monitor: {
    description: 'Die Wache über die Streams der Gäste',
    start: 'Mit dem Wachen beginnen',
    stop: 'Mit dem Wachen aufhören; Fristen und Zurücknehmen gehen weiter',
    status: 'Was bewacht wird, und wie',
    now: 'Streams der Gäste jetzt, mit Knöpfen zum Beenden',
    violations: 'Was abgespielt wurde, ohne auf einem Pass zu stehen, das Neueste zuerst',
  },
}
