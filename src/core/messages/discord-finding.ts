/** What Discord says where something has to be found: a title, a guest, a deadline. */
export const discordFinding = {
  whichTitle: (typed: string) => `"${typed}" could be any of these. Which one is meant?`,
  whichPerson: () => 'That could be any of these accounts. Which one is meant?',
  pickTitle: 'Pick a title',
  pickPerson: 'Pick an account',
}
