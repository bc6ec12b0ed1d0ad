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
} satisfies Record<string, (...facts: never[]) => string>
