/** Said in Discord after a restore, until OTP may go on. */
export const discordRestored = {
  told: (madeAt: string) =>
    `OTP was restored from a backup${madeAt}. Until you run \`otp resume\` where OTP runs, nothing is given or ended by itself ` +
    'for these passes: their streams are not judged, and their deadlines wait.',
  of: (when: string) => ` of ${when}`,
  line: (guest: string, title: string) => `• ${guest}: ${title}`,
  more: (count: number) => `and ${count} more`,
  none: () => 'No pass was open then.',
  status: (assignments: number) =>
    `Restored from a backup: ${assignments === 1 ? '1 pass waits' : `${assignments} passes wait`} for \`otp resume\``,
}
