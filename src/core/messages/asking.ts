/** How the terminal client asks whoever sits there. */
export const asking = {
  pick: () => 'Which one? Its number: ',
  pickOr: (standing: string) => `Which one? Its number, or Enter for ${standing}: `,
  noSuchNumber: (count: number) => `Type a number from 1 to ${count}.`,
  goOn: () => 'Go on? Type y or n: ',
  leftAlone: () => 'Nothing was done.',
  stopped: () => 'Stopped.',
  several: (text: string) => `"${text}" could be several:`,
} satisfies Record<string, (...facts: never[]) => string>
