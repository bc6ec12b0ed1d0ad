/** What is said about listening to events. */
export const events = {
  tooMany: (most: number) => `${most} event streams are open already. Close one, and try again.`,
  answered: (status: number) => `it answered ${status}`,
  noAnswer: () => 'it did not answer in time',
  notReached: (code: string) => `it cannot be reached (${code})`,
  webhookDead: (number: number, reason: string) =>
    `Webhook ${number} of the configuration gets no events any more: ${reason}. Mend it or take it out, and start OTP again.`,
  wrongName: (known: string) => `names of events with commas between them, of: ${known}`,
}
