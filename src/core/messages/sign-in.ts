/** What is said about signing in at Plex, choosing the server and testing the connection. */
export const signIn = {
  configNotEditable: (file: string, name: string) =>
    `${file} is not readable as TOML, or holds ${name} in a way that cannot be changed by itself, so nothing ` +
    `was written. Set ${name} in it by hand; "otp config --check" shows what is wrong.`,
  configNotWritten: (file: string, name: string, code: string) =>
    `${name} cannot be written to ${file} (${code}), so nothing was changed. Let the user that runs OTP write to ` +
    'the file and its folder, then try again.',
  fixedByEnvironment: (name: string, origin: string) =>
    `${name} comes from ${origin}, which goes before config.toml, so OTP cannot change it. Change it there, or ` +
    'take it away there and try again.',
  noFile: (name: string) =>
    `There is no configuration file that ${name} could be written to. "otp config" writes one.`,
  notASetting: (name: string) =>
    `What Plex gave for ${name} is nothing that OTP could read from its configuration, so nothing was changed.`,
  tokenDead: () => 'plex.tv does not accept the Plex token any more. Sign in again with "otp login".',
  ownsNothing: () =>
    'The account that signed in owns no Plex server, so nothing was changed. OTP needs the account of the ' +
    "server's owner: sign in again with that one.",
  ownsAnother: () =>
    'The account that signed in does not own the server that OTP uses, so nothing was changed. Sign in again ' +
    "with the account of the server's owner.",
  serverUnknown: (names: readonly string[]) =>
    `The account that OTP uses owns no such server. ${names.length > 0 ? `It owns: ${names.join(', ')}.` : 'It owns none.'}`,
  passesElsewhere: (count: number) =>
    `${count === 1 ? 'One pass is' : `${count} passes are`} still open on another server, and the access could not ` +
    'be taken back from there any more. End them first, then choose the server.',
  anotherServerThere: (name: string) =>
    `Another server than ${name} answers at that address, so nothing was changed. Give an address of ${name}.`,
  notThere: (name: string) =>
    `${name} does not answer at that address, so nothing was changed. Is it running, and can this machine reach it?`,
  nowhere: (name: string, tried: number) =>
    `${name} answers at none of the ${tried} addresses that were tried, so nothing was changed. Is it running? If ` +
    'this machine reaches it by another address, give that one.',
} satisfies Record<string, (...facts: never[]) => string>

/** What `otp login` says on the way. */
export const login = {
  configWritten: (path: string) => `There was no ${path}, so it was written, with a fresh API key in it.`,
  openThis: (link: string) => [
    "Open this page, in a browser on any machine, and sign in with the account of the server's owner:",
    link,
  ],
  waiting: () => 'Waiting until somebody has signed in there',
  waitingStill: (minutes: number) =>
    `Waiting until somebody has signed in there, ${minutes === 1 ? 'one minute' : `${minutes} minutes`} more`,
  pinExpired: () =>
    'Nobody signed in within the time that Plex gives for it, so nothing was changed. Start again.',
  lookingForServers: () => 'Asking plex.tv for the servers of the account',
  trying: (name: string) => `Trying the addresses of ${name}`,
  severalServers: () => 'This account owns several servers:',
  serverLine: (name: string, inUse: boolean) => `${name}${inUse ? ' (in use now)' : ''}`,
  sayWhich: (names: readonly string[]) =>
    `You are signed in, but this account owns several servers: ${names.join('; ')}. Run "otp login --server NAME" to ` +
    'say which one OTP guards.',
  noSuchServer: (wanted: string, names: readonly string[]) =>
    `You are signed in, but this account owns no server called "${wanted}". It owns: ${names.join('; ')}. Run "otp login --server NAME" again.`,
  fixedAddressSilent: () =>
    'You are signed in, but no server of this account answers at the address that the environment gives as ' +
    '[plex] url. Is it running? "otp test" shows more.',
  signedIn: (username: string) => `Signed in as ${username}.`,
  guards: (server: string, url: string) => `OTP guards ${server} at ${url}.`,
  startAnew: () => 'If OTP is running, start it anew, so that it uses this.',
}
