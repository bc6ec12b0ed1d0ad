import type { DiscordWords } from '../discord.js'

export const restored: DiscordWords['restored'] = {
  told: (madeAt) =>
    `OTP wurde aus einer Sicherung${madeAt} wiederhergestellt. Bis dort, wo OTP läuft, \`otp resume\` aufgerufen wird, wird für ` +
    'diese Pässe nichts von selbst gegeben oder beendet: ihre Streams werden nicht beurteilt, und ihre Fristen warten.',
  of: (when) => ` vom ${when}`,
  line: (guest, title) => `• ${guest}: ${title}`,
  more: (count) => `und ${count} weitere`,
  none: () => 'Damals war kein Pass offen.',
  status: (assignments) =>
    `Aus einer Sicherung wiederhergestellt: ${assignments === 1 ? '1 Pass wartet' : `${assignments} Pässe warten`} auf \`otp resume\``,
}
