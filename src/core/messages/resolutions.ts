/** What is said when somebody decides about a violation, or thinks better of an ending. */
export const resolutions = {
  decided: () => 'That has been decided already; the violation shows by whom and how.',
  /** For the guest, when an admin takes the passes away because of what was played. */
  revokedBecause: (title: string) => `${title} was played and is not on the pass.`,
  tooLate: () => 'An ending can be undone for 30 seconds, and that time is over. Please assign it anew.',
  undoneAlready: () => 'That has been undone already.',
  notUndoable: () => 'Only what an admin has ended can be undone. Please assign it anew.',
  sessionGone: (id: string) =>
    `There is no stream of a guest with the id ${id} now. It may have ended by itself: look again at the streams that run.`,
  notEnded: (reason: string) => `The stream could not be ended. ${reason}`,
  endedByAdmin: () => 'An admin has ended this stream.',
}
