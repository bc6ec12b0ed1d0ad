/** A name as it was typed; an e-mail address is not repeated. */
function typed(name: string): string {
  return name.includes('@') ? 'That e-mail address' : `"${name}"`
}

/** The same within a sentence, without quotes. */
function named(name: string): string {
  return name.includes('@') ? 'that e-mail address' : name
}

/** An account without a username may be shown by its e-mail address. */
function withoutAddresses(labels: readonly string[]): string {
  return labels.map((one) => one.replace(/\S+@\S+/g, 'an account without a username')).join('; ')
}

function perhaps(names: readonly string[]): string | undefined {
  const [last, ...others] = names.toReversed()
  if (last === undefined) return undefined
  return `Perhaps ${[others.toReversed().join(', '), last].filter((one) => one !== '').join(' or ')} is meant?`
}

/** What OTP says when it refuses: what happened, and what to do next. */
export const refusals = {
  mediaMissing: (ratingKey: string) =>
    `The server has nothing with the rating key ${ratingKey}. Search for the title to get the right one.`,
  nothingFound: (text: string) =>
    `Nothing called "${text}" was found. Try fewer words, or give the rating key as rk:<number>.`,
  severalFound: (text: string, labels: string[]) =>
    `"${text}" could be any of these: ${labels.join('; ')}. Say which one, for example by its rating key.`,
  perhapsMeant: (text: string, labels: string[]) =>
    `Nothing is called exactly "${text}". Perhaps this is meant: ${labels.join('; ')}. Say so by its rating key.`,
  keyOrTitle: (text: string, labels: string[]) =>
    `"${text}" could be a rating key or a title: ${labels.join('; ')}. Write rk:${text} for the rating key.`,
  notAssignable: (title: string, type: string) =>
    `${title} is of the kind "${type}", which cannot be lent. Films, episodes, seasons and shows can.`,
  noLibrary: (title: string) =>
    `The server does not say which library ${title} is in, so it cannot be shared. Scan the library and try again.`,
  whoMissing: () => 'Say who: a Plex username, an e-mail address, a Plex id, or a linked Discord member.',
  notLinked: () =>
    'No Plex account is linked to that Discord member yet. Give the Plex username as well, once; OTP remembers it.',
  linkedToSeveral: (labels: string[]) =>
    `That Discord member is linked to several accounts: ${withoutAddresses(labels)}. Give the Plex id as well.`,
  ownerIsNoGuest: (name: string) => `${typed(name)} owns this server and sees everything already.`,
  homeIsNoGuest: (name: string) =>
    `${typed(name)} belongs to the Plex Home of this server, which OTP never watches. Invite another account.`,
  severalPeople: (text: string, labels: string[]) =>
    `${typed(text)} could be any of these accounts: ${withoutAddresses(labels)}. Use the Plex id.`,
  nobodyFound: (text: string, near: string[]) =>
    `${typed(text)} is not a friend of this server, a guest, or invited. ${perhaps(near) ?? 'Check the spelling.'}`,
  wouldInvite: (name: string) =>
    `${typed(name)} is neither a friend of this server, nor invited, nor a guest, so the account would be invited.`,
  wouldStopElse: (name: string) =>
    `${typed(name)} has other access to this server, and everything else would stop until the pass ends.`,
  notAName: (text: string) =>
    `${typed(text)} is neither a Plex username nor an e-mail address, so nobody can be invited by it.`,
  guestUnknown: (text: string, near: string[]) =>
    `${typed(text)} is no guest that OTP knows. ${perhaps(near) ?? 'The guest list shows who is.'}`,
  nothingOpen: (name: string) => `${typed(name)} has no open assignment.`,
  endedMeanwhile: () =>
    'The assignment was ended while its access was still being given, so nothing was given. Assign again if it was meant.',
  assignmentUnknown: (id: string) => `There is no assignment with the id ${id}.`,
  assignmentOver: (title: string, name: string) =>
    `The assignment of ${title} to ${named(name)} has ended already, so its limits stay. Assign the title again instead.`,
  severalOpen: (name: string, labels: string[]) =>
    `${typed(name)} has several open assignments: ${labels.join('; ')}. Give the id of the one you mean.`,
  limitsMissing: () => 'expires, plays: expected at least one of them, to know what is to change.',
  violationUnknown: (id: string) => `There is no violation with the id ${id}.`,
  libraryUnknown: (text: string, titles: string[]) =>
    `There is no library called "${text}". The server has: ${titles.join(', ')}.`,
  libraryKeyUnknown: (key: string) =>
    `The server has no library with the key ${key}. The list of libraries shows the keys.`,
  libraryTitleTaken: (title: string) =>
    `The server has a library called "${title}" already. Choose another name for the new one.`,
  libraryTitleMissing: () => 'name: expected the name of the new library.',
  folderWrong: (path: string) =>
    `path: expected an absolute path on the machine of the Plex server, such as /media/films, got "${path}".`,
  foldersMissing: () => 'path: expected at least one folder on the machine of the Plex server.',
  libraryNotScanned: (title: string, key: string, reason: string) =>
    `The library "${title}" was made, with the key ${key}, but its scan could not be started: ${reason} Start the scan in Plex.`,
  confirmLibrary: (title: string) =>
    `confirm: expected "${title}", the exact title of the library, to say that this is meant. Plex then forgets the ` +
    'library and what it knew of its titles; the media files stay where they are.',
  libraryInUse: (title: string, users: string[]) =>
    `The library "${title}" stays, because open assignments need it: ${withoutAddresses(users)}. Unassign them first.`,
  fenceImpossible: (fence: string, why: string) =>
    `The fence "${fence}" cannot be put up: ${why.replace(/[.]$/, '')}. Use "auto" for the strongest that works, or another one.`,
  labelStays: (label: string) =>
    `The server took the change but still shows the label ${label} when read back. OTP tries again by itself.`,
  restrictionStays: () =>
    'plex.tv took the change but still shows the restriction when read back. OTP tries again by itself.',
  landedElsewhere: (name: string) =>
    `plex.tv gave the invitation of ${named(name)} to another account. It was taken back at once, and nothing was ` +
    'kept. Ask the guest for the exact username or e-mail address of their Plex account.',
  expiresUnreadable: (text: string) =>
    'expires: expected a length such as 36h or 7d, words such as "friday 20:00", "tomorrow evening", "24 Dec 18:00" ' +
    `or "in 3 days", or an ISO time with its zone, got "${text}".`,
  expiresSeveral: (text: string) =>
    `expires: "${text}" can be read in two ways. Write the time as 08:00 or 20:00 and the month in letters, such as ` +
    '"friday 20:00" or "3 Apr 18:00".',
  expiresPast: (text: string) =>
    `expires: expected a time to come, but "${text}" is over already. Such as "tomorrow 20:00" or "in 3 days" would do.`,
  playsWrong: (plays: number) => `plays: expected a whole number from 1, got ${plays}.`,
  playsUsed: (plays: number, used: number) =>
    `plays: it has been played ${used === 1 ? 'once' : `${used} times`} already, so a limit of ${plays} would end it now. ` +
    'Give a higher number, or unassign it.',
  notShareableYet: (keys: string[]) =>
    `plex.tv does not know the library with the key ${keys.join(', ')} yet. Nothing was changed; try again in a minute.`,
  shareGoing: (name: string) =>
    `plex.tv still lists the access of ${named(name)} that was taken away a moment ago. Try again in a minute or two.`,
  libraryIsPrivate: (title: string) =>
    `The library "${title}" was made by OTP for one guest and goes when their pass ends, so nobody is invited to it. ` +
    'Choose another library, or assign the title itself.',
  invitationNotBack: (reason: string) =>
    'It was taken back to be sent anew with what a pass needs, and plex.tv does not take it again. ' +
    `${reason} Please send it again in Plex.`,
  labelInTheWay: (name: string) =>
    `${typed(name)} has a pass with the fence "label", asked for by name, which would hide the library. End that pass ` +
    'or assign it again with another fence first.',
  unknownAccount: (reason: string) =>
    `plex.tv knows no such account: ${reason} Check the spelling, or ask the guest for the e-mail address of their account.`,
  serverFull: (reason: string) =>
    `plex.tv has no place left: ${reason} An owner can share with 100 people; take somebody off in Plex to make room.`,
  noAccountYet: (invitee: string) =>
    `${typed(invitee)} belongs to no Plex account yet, so the invitation was taken back. Ask them to make a free account at ` +
    'plex.tv first, then assign again with their username.',
  inviteLost: (reason: string) =>
    `${reason} Whether the invitation went out cannot be seen yet; OTP looks again every minute and finishes or ` +
    'gives up by itself. Do not invite again before it says so.',
  invitationUnknown: (id: string) =>
    `There is no invitation ${typed(id)}. The list of invitations shows those that there are.`,
  invitationOfPass: (invitee: string) =>
    `The invitation of ${typed(invitee)} belongs to a pass. End the pass, and the invitation goes with it.`,
  invitationNotSettled: (invitee: string) =>
    `Nobody knows yet whether plex.tv has sent the invitation of ${typed(invitee)}. OTP looks every minute; try again ` +
    'once the list of invitations says so.',
  beingTakenBack: (name: string, library: string) =>
    `The access of ${name} to "${library}" is being taken back, and plex.tv has not confirmed it yet. Try again in a minute.`,
  passEnding: (name: string) => `A pass of ${name} is just ending. OTP goes on by itself.`,
  inviteUndecided: (name: string) =>
    `An invitation of ${named(name)} has been begun, and plex.tv has not shown yet what became of it. OTP looks every ` +
    'minute and says so within a quarter of an hour; nothing is sent twice.',
  shareNotReal: (name: string) =>
    `plex.tv took the change for ${named(name)} but does not show it when read back, so it does not count as done. ` +
    'Try again in a few minutes.',
  inviteNotShown: (name: string) =>
    `plex.tv took the invitation of ${named(name)} but does not show it when read back.`,
  shareUndecided: (name: string) =>
    `A change for ${named(name)} may still come into effect at plex.tv. OTP looks for it for a quarter of an hour ` +
    'and takes it back when it shows.',
  alreadyInvited: (reason: string) =>
    `plex.tv refused: ${reason} Somebody has invited this account just now, or plex.tv does not list it yet. Try again ` +
    'in a minute.',
  changeLost: (reason: string) =>
    `${reason} Whether the change went through cannot be seen yet, so it does not count; OTP takes it back when it ` +
    'shows. Try again in a few minutes.',
  libraryNotShown: (title: string) =>
    `The Plex server took the new library "${title}" but does not list it. Try again in a minute.`,
  anotherLibrary: (title: string, found: string) =>
    `The library to be deleted is "${title}", but under its key the Plex server now has ` +
    (found === title ? 'another one of the same name' : `"${found}"`) +
    '. Nothing was deleted; delete the right one in Plex.',
  cursorWrong: () => 'cursor: expected the value of "next" from the page before.',
} satisfies Record<string, (...facts: never[]) => string>
