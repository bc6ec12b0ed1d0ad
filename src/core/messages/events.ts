/** What is said about listening to events. */
export const events = {
  tooMany: (most: number) => `${most} event streams are open already. Close one, and try again.`,
  wrongName: (known: string) => `names of events with commas between them, of: ${known}`,
}
