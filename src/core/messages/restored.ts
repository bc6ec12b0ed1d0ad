/** What is said of a store that was brought back from a backup, until OTP may go on. */
export const restored = {
  logged: () => 'restored from a backup: nothing is given or ended by itself until "otp resume"',
  ready: (assignments: number) => `Restored from a backup: ${passes(assignments)} for "otp resume".`,
  held: (guest: string) =>
    `OTP was restored from a backup, and what ${guest} has waits. Look through the passes, then run "otp resume".`,
  notSent: () => 'it waited when the backup was made, and was not sent again',
  resumed: (assignments: number) => `OTP goes on. Open passes: ${assignments}.`,
  nothing: () => 'Nothing waits: OTP has not been restored, or goes on already.',
} as const

function passes(count: number): string {
  return count === 1 ? '1 pass waits' : `${count} passes wait`
}
