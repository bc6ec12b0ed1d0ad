/** What `otp backup`, `otp restore` and `otp resume` say. Instants arrive as text in the reader's own zone. */
export const keeping = {
  backedUp: (path: string) =>
    `${path} holds the store and the configuration, tokens among it: keep it where only you can read it.`,
  backedUpStoreOnly: (path: string) =>
    `${path} holds the store. There is no configuration file; what is in the environment is not in it.`,
  nothingThere: (path: string) =>
    `There is no store at ${path} yet, so there is nothing to back up. Look at store.url.`,
  occupied: (path: string) =>
    `There is a file at ${path} already. It was left as it is; choose another name.`,
  notWritten: (path: string, code: string) =>
    `The backup cannot be written to ${path} (${code}). Nothing was left there. Look at the folder, and at the room on its disk.`,
  notAFile: (path: string) => `There is no file at ${path} that could be restored.`,
  isTheStore: (path: string) => `${path} is the store in use, not a backup of it.`,
  noBackup: (path: string) => `${path} holds nothing of OTP's, so it is no backup. Nothing was changed.`,
  damaged: (path: string, reason: string) =>
    `The backup ${path} is damaged (${reason}), so nothing was changed. Take another one.`,
  badConfig: (problems: readonly string[]) =>
    [
      'The configuration in the backup does not suit this version, so nothing was changed. With --keep-config the one that is there stays.',
      ...problems,
    ].join('\n'),
  notPut: (path: string, code: string) =>
    `The backup could not be put in place at ${path} (${code}). Look at the folder, and at the room on its disk. What was there is still there.`,

  backingUp: () => 'Writing the backup',
  restoring: () => 'Looking through the backup',
  restored: (path: string) => `The store at ${path} is the one of the backup.`,
  restoredOf: (path: string, when: string) => `The store at ${path} is the one of ${when}.`,
  configRestored: (path: string) => `So is the configuration at ${path}.`,
  configKept: (path: string) => `The configuration at ${path} was left as it is.`,
  kept: (path: string) => `What was there before is kept at ${path}.`,
  noPasses: () => 'No pass was open then.',
  passes: (count: number) =>
    count === 1 ? 'This pass was open then, and waits:' : `These ${count} passes were open then, and wait:`,
  pass: (guest: string, title: string, state: string, until: string) =>
    `  ${guest}: ${title} (${state}, ${until})`,
  until: (when: string) => `until ${when}`,
  untilFinished: () => 'until watched',
  next: () =>
    'Start OTP: nothing is given or ended by itself for them until "otp resume". "otp doctor" shows what Plex has that no pass explains.',
} as const
