/** What is said of the store: the file in which everything is kept. */
export const store = {
  wrongAddress: () => 'store.url: expected sqlite:// and a path, such as sqlite://data/otp.sqlite',
  notOpened: (path: string) => `The store at ${path} cannot be opened. Look at store.url.`,
  failed: (reason: string) => `The store could not be read or written: ${reason}. Try again.`,
  damaged: (path: string, reason: string) =>
    `The store at ${path} is damaged (${reason}). It was left as it is. Keep a copy of it, and bring a backup back with ` +
    '"otp restore FILE".',
  noDatabase: (path: string) =>
    `The file at ${path} is not a database, so it is no store of OTP. It was left as it is. Look at store.url.`,
  readOnly: (path: string) =>
    `The store at ${path} cannot be written, since the file or its disk is read-only. Nothing was saved. Make it writable for ` +
    'the user that OTP runs as.',
  full: (path: string) =>
    `The disk with the store at ${path} is full. Nothing was saved. Make room; OTP needs no restart then.`,
  forbidden: (path: string) =>
    `The store at ${path} may not be opened by the user that OTP runs as. Give that user the file and its folder, or look at store.url.`,
  busy: (path: string) =>
    `Another program keeps the store at ${path} locked. Nothing was saved. Close what has it open, and try again.`,
  newer: (path: string, found: number, known: number) =>
    `The store at ${path} was written by a newer OTP: its format is ${found}, and this version knows ${known} at most. It was left ` +
    'as it is. Install the newer version again, or bring back a backup from before with "otp restore FILE".',
  inUse: (path: string, holder: string) =>
    `Another OTP${holder} works with the store at ${path}, and two would get in each other's way. Stop it first.`,
  holder: (pid: number, host: string, since: string) => ` (process ${pid} on ${host}, since ${since})`,
} as const

/** A warning at the start, like the one for the configuration. */
export function storeReadable(path: string, mode: string): string {
  return `${path} can be read by others on this machine (mode ${mode}). It holds e-mail addresses: chmod 600 ${path}`
}
