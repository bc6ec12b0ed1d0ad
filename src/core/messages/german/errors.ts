import type { DiscordWords } from '../discord.js'

export const errors: DiscordWords['errors'] = {
  forbidden: () => 'Das können nur die Admins dieses Servers.',
  notYours: () => 'Das kann nur beantworten, wer gefragt wurde.',
  unexpected: (ref) => `Da ist etwas schiefgegangen (Ref. ${ref}).`,
  several: () => 'Das könnte jedes davon sein:',
  candidate: (label, value) => `• ${label}: ${value}`,
  restarting: () => 'OTP startet gerade neu. Bitte versuch es in einer Minute noch einmal.',
}

export const hints: DiscordWords['hints'] = {
  invalid_input: '',
  unauthenticated: '',
  forbidden: '',
  not_found: '',
  media_not_found: '',
  guest_not_found: '',
  library_not_found: '',
  assignment_not_found: '',
  violation_not_found: '',
  ambiguous: 'Bitte gib den Befehl noch einmal ein, mit einem davon.',
  confirmation_needed: '',
  media_not_assignable: '',
  guest_not_assignable: '',
  fence_unavailable: '',
  conflict: '',
  too_many_requests: '',
  plex_unreachable: 'Läuft der Server? Die Einstellung dazu ist `[plex] url`.',
  plex_refused: '',
  plex_pass_required: '',
  plex_busy: '',
  plex_token_rejected: 'Die Einstellung dazu ist `[plex] token`.',
  store_unavailable: 'Es wurde nichts gespeichert; bitte versuch es noch einmal.',
  not_configured: '',
  service_unreachable: '',
}

export const kinds: DiscordWords['kinds'] = {
  movie: 'Film',
  episode: 'Folge',
  season: 'Staffel',
  show: 'ganze Serie',
}

export const people: DiscordWords['people'] = {
  anEmailAddress: 'diese E-Mail-Adresse',
  anEmailAddressFirst: 'Diese E-Mail-Adresse',
  apiKey: (name) => `API-Schlüssel ${name}`,
}
