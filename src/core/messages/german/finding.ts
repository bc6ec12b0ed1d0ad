import type { DiscordWords } from '../discord.js'

export const finding: DiscordWords['finding'] = {
  whichTitle: (typed) => `„${typed}“ kann eines davon sein. Welches ist gemeint?`,
  whichPerson: () => 'Das kann eines dieser Konten sein. Welches ist gemeint?',
  pickTitle: 'Titel auswählen',
  pickPerson: 'Konto auswählen',
}
