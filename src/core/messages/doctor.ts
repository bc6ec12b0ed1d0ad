/** What `otp doctor` says besides what `otp test` says, step by step. */
export const doctor = {
  config: {
    good: (file: string) => `${file} is in order.`,
    fromEnvironment: (file: string) => `There is no ${file}; the environment says all that is needed.`,
    remedy: () => 'Change it in config.toml or in the environment; "otp config --check" looks again.',
  },
  store: {
    good: (url: string) => `The store ${url} can be read.`,
    none: (url: string) => `There is no store ${url} yet; the first start makes one.`,
    remedy: () =>
      'See whether [store] url names the right file, seen from where OTP is started, and whether its disk is in order.',
  },
  identity: {
    same: () => 'It is the server that OTP knows.',
    first: () => 'OTP has not met a server before.',
    another: () => 'Another server answers than the one that OTP has guarded.',
    remedy: () =>
      'If that is meant, end the passes on the other one first. Otherwise "otp login" finds the right address.',
  },
  sections: {
    good: (count: number) =>
      count === 1 ? 'plex.tv can share the only library.' : `plex.tv can share all ${count} libraries.`,
    none: () => 'The server has no libraries that something could be lent from.',
    missing: (titles: readonly string[]) =>
      `plex.tv does not know these libraries yet: ${titles.join(', ')}.`,
    remedy: () =>
      'A new library shows there after some minutes. If it does not, see in Plex whether remote access is signed in.',
  },
  sessions: {
    good: (count: number) =>
      `The running streams can be read: ${count === 0 ? 'none' : count} at this moment.`,
    remedy: () => 'Without them nothing is guarded. Is the token the one of the owner? "otp login" gets it.',
  },
  privateRoot: {
    none: () => 'No folder for private libraries is configured ([access] private_root), so none are made.',
    missing: (root: string) => `The folder for private libraries, ${root}, is not on this machine.`,
    noFolder: (root: string) => `${root}, set as the folder for private libraries, is not a folder.`,
    notWritable: (root: string, user: string) => `${user} may not write to ${root}.`,
    unseen: (folders: readonly string[]) =>
      `This machine does not see folders of Plex: ${folders.join(', ')}.`,
    good: (root: string) => `${root} can hold private libraries, made of links.`,
    apart: (root: string, folders: readonly string[]) =>
      `${root} can hold private libraries; files from ${folders.join(', ')} are copied, which takes time and room.`,
    unknown: (root: string) => `${root} can be written to; where the files of Plex are could not be asked.`,
    remedies: {
      make: () => 'Make it, let OTP write to it, and see that its disk is connected; or set another folder.',
      write: () => 'Let that user write there, or set [access] private_root to another folder.',
      see: () =>
        'OTP has to run where Plex runs and see the media under the same paths, or private libraries cannot be made.',
    },
  },
  service: {
    there: () => 'OTP is running, so it is asked whether Plex shows what it should.',
    none: () => 'No running OTP answers, so what Plex shows is compared from here.',
    keyRefused: () =>
      'Give --url and --key, or set [api] in config.toml, so that the running OTP can be asked.',
  },
  driftSkipped: () => 'Whether Plex shows what it should could not be looked at.',
  driftUnknown: (reason: string) => `Whether Plex shows what it should could not be looked at: ${reason}`,
  driftRemedy: () => 'See to the steps above that failed, or try again in a few minutes.',
  repaired: (found: string) => `Repaired: ${found}`,
  looking: () => 'Looking at Plex and plex.tv',
  repairing: () => 'Repairing',
  skipped: {
    identity: () => 'Whether it is the server that OTP knows could not be looked at.',
    sections: () => 'Whether plex.tv can share the libraries could not be looked at.',
    sessions: () => 'Whether the running streams can be read could not be tried.',
  },
} as const
