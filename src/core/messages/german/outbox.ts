import type { DiscordWords } from '../discord.js'

export const outbox: DiscordWords['outbox'] = {
  list: {
    title: (count) => `${count} Streams, die nicht auf dem Pass stehen`,
    line: (guest, title, state) => `• ${guest}: ${title} (${state})`,
    states: { running: 'läuft', ended: 'beendet', 'not-ended': 'ließ sich nicht beenden' },
    more: (count) => `und ${count} weitere`,
    open: 'Einen davon öffnen',
  },
  messagesTrouble: (reason) => `Nachrichten an den Admin-Kanal kommen nicht an: ${reason}`,
  watching: (guests) => {
    if (guests === 0) return 'niemand schaut'
    return guests === 1 ? '1 Gast schaut' : `${guests} Gäste schauen`
  },
}
