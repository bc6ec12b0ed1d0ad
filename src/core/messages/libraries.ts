/** What is said of the libraries of the server. */
export const libraries = {
  removed: (title: string) =>
    `The library "${title}" is gone from Plex. Its media files were not touched; OTP never deletes media.`,
} satisfies Record<string, (...facts: never[]) => string>
