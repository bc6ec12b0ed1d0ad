/** Why the server's announcements are not heard, as the rest of a sentence. */
export const push = {
  notYet: () => 'no connection has been opened yet',
  announcesNothing: () => 'the connection stands, but Plex announces nothing on it',
} satisfies Record<string, (...facts: never[]) => string>
