import type { DiscordWords } from '../discord.js'

export const access: DiscordWords['access'] = {
  elsewhere: () =>
    'Anweisungen nehme ich nur auf dem Discord-Server an, für den ich eingerichtet bin. Bitte gib den Befehl dort ein.',
  byPermission: () =>
    'Admins sind alle, die diesen Discord-Server verwalten dürfen. Wenn du dazugehören solltest, bitte jemanden von ihnen um eine Rolle mit der Berechtigung „Server verwalten“.',
  byRoles: (roles) =>
    `Admins sind die Mitglieder mit ${roles}. Wenn du dazugehören solltest, bitte jemanden, der diesen Discord-Server verwaltet, um diese Rolle.`,
  forManagers: (setting) =>
    `Du darfst diesen Discord-Server verwalten und kannst die Rolle selbst vergeben. Welche Rollen zählen, steht dort, wo OTP läuft (${setting}); wem die Befehle gezeigt werden, in den Servereinstellungen unter „Integrationen“.`,
}
