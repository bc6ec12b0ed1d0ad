/** What OTP says when the files of a private library cannot be made or removed. `user` is who OTP runs as. */
export const fileRefusals = {
  rootMissing: (root: string, user: string) =>
    `The folder for private libraries, ${root}, does not exist. Make it, let ${user} write to it, and see that its ` +
    'disk is connected; or set [access] private_root to another folder.',
  elsewhere: (path: string, root: string) =>
    `${path} is not under ${root}, the folder for private libraries, so OTP leaves it alone. Set [access] private_root ` +
    'back to the folder that it was made under.',
  sourceMissing: (path: string, user: string) =>
    `There is no file ${path} on this machine that ${user} can see. OTP has to run where Plex runs and see the media under the same ` +
    'paths; set it up so, or use another fence.',
  sourceNoFile: (path: string) =>
    `${path} is not a file, so no private library can be made of it. Use another fence.`,
  sourceForbidden: (path: string, user: string) =>
    `${path} may not be read by ${user}. Let that user read it, or use another fence.`,
  sourceChanged: (path: string) =>
    `${path} changed while it was being copied, so nothing of it was kept. Try again when it is complete.`,
  full: (path: string, user: string) =>
    `There is no room for ${path}: the disk is full, or ${user} has no more of it. Free some, or set [access] ` +
    'private_root to a folder on the disk of the media, where no copy is needed.',
  tooLittleRoom: (folder: string, user: string, wanted: string, free: string) =>
    `The copy needs ${wanted} in ${folder}, and ${user} has ${free} there. Free some, or set [access] private_root to ` +
    'a folder on the disk of the media, where no copy is needed.',
  forbidden: (path: string, user: string) =>
    `${path} may not be written by ${user}. Let that user write there, or set [access] private_root to another folder.`,
  readOnly: (path: string, user: string) =>
    `${path} is on a disk that nobody may write to, ${user} included. Connect it for writing, or set [access] ` +
    'private_root to another folder.',
  failed: (path: string, user: string, code: string) =>
    `${path} could not be made (${code}, as ${user}). See whether its disk is in order, then try again.`,
  notRemoved: (path: string, user: string, code: string) =>
    `${path} could not be removed by ${user} (${code}). Let that user write to its folder; OTP tries again.`,
  occupied: (path: string) =>
    `Something else is at ${path} already, and OTP does not replace what it did not make. Move it away and try again.`,
  linkInTheWay: (path: string) =>
    `${path} is a symbolic link, which OTP does not follow under the folder for private libraries. Remove the link ` +
    'and try again.',
  leftBehind: (reason: string, paths: readonly string[]) =>
    `${reason} What had been made before could not be removed again: ${paths.join(', ')}. Remove it by hand.`,
  brokenOff: () => 'The files for the private library were not finished.',
} satisfies Record<string, (...facts: never[]) => string>
