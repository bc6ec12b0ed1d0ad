/** What private libraries are called, and why one could not be made or removed. */
export const privateLibraries = {
  title: (what: string, guest: string) => `${what} for ${guest}`,
  nameless: (plexId: string | undefined) => (plexId === undefined ? 'a guest' : `guest ${plexId}`),
  noRoot: () =>
    'No folder for private libraries is configured. Set [access] private_root to a folder that OTP may write to and ' +
    'Plex may read.',
  /** The rest of a sentence. */
  rootInside: (library: string) =>
    `[access] private_root is inside a folder of the library "${library}", where Plex would list the copies too; it ` +
    'must be a folder outside of all libraries',
  noFiles: (title: string) =>
    `Plex names no file of ${title}, so no private library can be made of it. Scan its library and try again.`,
  notMade: (library: string, folder: string, reason: string) =>
    `Plex did not make the library "${library}": ${reason} See whether Plex finds the folder ${folder} under the same ` +
    'path as OTP and may read it.',
  notListed: (library: string, found: number, wanted: number, folder: string) =>
    `Two minutes after it was scanned, Plex lists ${found} of ${wanted} in the library "${library}", so it is not ` +
    `shared. See whether Plex is busy and may read the folder ${folder}, then try again.`,
  notShareable: (library: string) =>
    `Two minutes after Plex made the library "${library}", plex.tv does not know it yet, so it cannot be shared. See ` +
    'whether the server is signed in at plex.tv, then try again.',
  holdsMore: (library: string, found: number, wanted: number, folder: string) =>
    `The library "${library}" should hold ${wanted} and lists ${found}, so it is not shared. See what else is in the ` +
    `folder ${folder}, then try again.`,
  indistinct: (library: string) =>
    `Plex lists episodes in the library "${library}" under numbers and titles that are not those of the originals, so ` +
    'it is not shared. Use another fence, or assign one episode.',
  copyOnly: (title: string) =>
    `${title} is in a library that OTP made for one guest, and it is not known what it is a copy of. Search for the ` +
    'title to lend the original.',
  gone: (library: string) =>
    `The library "${library}" was removed in Plex while it was being made. Assign again to make a new one.`,
  changed: (library: string) =>
    `The library "${library}" was made by OTP and then renamed or given other folders in Plex, so OTP leaves it and ` +
    'its files alone. Remove it in Plex, or give it its name and its folder back; OTP does the rest.',
  stillListed: (library: string) =>
    `Plex took the removal of the library "${library}" but still lists it, so its files stay for now. OTP tries again.`,
} satisfies Record<string, (...facts: never[]) => string>
