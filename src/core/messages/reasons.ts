/** Why something was ended or not done, for the guest's screen, the history and the cards. */
export const reasons = {
  passEnded: (title: string) => `Your pass for ${title} has ended.`,
  deadline: () => 'The deadline has passed.',
  invitationLost: () => 'plex.tv never showed the invitation.',
  invitationNotSent: () => 'OTP was stopped before it was sent. Assign again.',
  invitedAlready: () =>
    'Another invitation to the same library was made at the same moment, and that one counts.',
  invitedAnew: () => 'plex.tv did not show it any more, so it was sent anew.',
  notAccepted: () => 'The invitation was not accepted in time.',
  playedOut: (plays: number) =>
    plays === 1 ? 'It has been played once.' : `It has been played ${plays} times.`,
  tooManyViolations: (most: number) => `After ${most} violations the pass was revoked.`,
  couldNotBeEnded: (title: string) => `${title} was played and could not be ended otherwise.`,
  gaveNothing: () => 'OTP gave this guest no access that it could take away.',
  nothingAllowed: () => 'nothing at the moment',
} satisfies Record<string, (...facts: never[]) => string>
