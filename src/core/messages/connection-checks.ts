/** What `otp test` says of each step of the way to Plex. */
export const connectionChecks = {
  server: (version: string) => `The Plex server answers${version === '' ? '' : ` (version ${version})`}.`,
  token: () => 'The Plex server accepts the token.',
  account: (username: string) => `plex.tv accepts the token, which is ${username}'s.`,
  owner: (server: string) => `That account owns the server, ${server}.`,
  notOwner: () => 'That account does not own the server.',
  able: {
    terminate: () => 'Streams can be ended with a reason.',
    restrict: () => 'Guests can be restricted to single films and shows by label.',
  },
  unable: {
    terminate: () =>
      'Streams cannot be ended with a reason: that needs Plex Pass. OTP stops the player or takes the access away.',
    restrict: () =>
      'Guests cannot be restricted by label: that needs Plex Pass. OTP shares the library or makes a private one.',
  },
  skipped: {
    server: () => 'Whether the Plex server answers was not tried.',
    token: () => 'Whether the Plex server accepts the token could not be tried.',
    account: () => 'Whose token it is was not tried.',
    owner: () => 'Whether the account owns the server could not be tried.',
    terminate: () => 'Whether streams can be ended with a reason could not be tried.',
    restrict: () => 'Whether guests can be restricted by label could not be tried.',
  },
  remedies: {
    server: () =>
      'Is the server running? OTP looks for it where [plex] url says; "otp login" finds the right address.',
    token: () => 'Sign in with "otp login".',
    account: () => 'Does this machine reach https://plex.tv? Try again in a few minutes.',
    owner: () => `Sign in with the account of the server's owner: "otp login".`,
  },
  marks: { good: '✓', bad: '✗', lacking: '–', skipped: '–' },
  failed: (count: number) => (count === 1 ? 'One step failed.' : `${count} steps failed.`),
}
