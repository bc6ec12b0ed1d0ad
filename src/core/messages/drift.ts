import type { Finding, Lack, Somebody } from '../access/drift-findings.js'
import { titleOf } from '../titles.js'

/** What was found, and what to do about it. */
export interface Described {
  found: string
  remedy: string
}

const repair = '"otp doctor --repair" takes it away.'
const held = 'It goes when the pass ends, or when it is assigned again.'
const assignAgain = (guest: Somebody) =>
  `Somebody else changed that, so OTP leaves it. Assign it again, or take the pass of ${nameOf(guest)} back.`

/** What is said when Plex and the records of OTP do not tell the same. */
export const drift = {
  describe,
  passedOver: (guest: Somebody) =>
    `Access of ${nameOf(guest)} is being given or taken away at this moment, so it was not looked at.`,
  nothing: () => 'Plex shows nothing of OTP that no pass explains, and no pass lacks anything.',
}

function describe(finding: Finding): Described {
  switch (finding.kind) {
    case 'label': {
      const { label, media, guest, repairable, recorded } = finding
      const whose = guest ? `, that of ${nameOf(guest)},` : ''
      return {
        found: `${titleOf(media)} has the label ${label}${whose} and no pass needs it.`,
        remedy: repairable ? repair : recorded ? held : unrecorded(`Remove the label from ${titleOf(media)}`),
      }
    }
    case 'restriction': {
      const { label, guest, repairable, recorded } = finding
      const whom = guest ? nameOf(guest) : 'Somebody who was invited by e-mail'
      return {
        found: `${whom} is restricted to the label ${label} and no pass needs that.`,
        remedy: repairable
          ? repair
          : recorded
            ? held
            : unrecorded('Remove the restriction in Plex, under Settings and Manage Library Access'),
      }
    }
    case 'library':
      return {
        found: `OTP opened the library "${finding.library.title}" for ${nameOf(finding.guest)} and no pass needs it.`,
        remedy: finding.repairable ? repair : held,
      }
    case 'private-library': {
      const { library, media, guest, recorded, repairable } = finding
      const what = media ? `, made of ${titleOf(media)}${guest ? ` for ${nameOf(guest)}` : ''},` : ''
      const byHand = `Delete the library "${library.title}" in Plex by hand when nobody needs it.`
      return {
        found: `The private library "${library.title}"${what} is there and no pass needs it.`,
        remedy: repairable
          ? repair
          : recorded
            ? `Somebody changed its name or its folder, so OTP leaves it. ${byHand}`
            : `Nothing that OTP wrote down says that it made it, so it is left. ${byHand}`,
      }
    }
    case 'grant': {
      const { guest, ratingKeys, repairable } = finding
      const keys = ratingKeys.length === 1 ? `the item ${ratingKeys}` : `the items ${ratingKeys.join(', ')}`
      return {
        found: `OTP granted ${nameOf(guest)} ${keys} (by rating key) and no pass needs that.`,
        remedy: repairable ? repair : `OTP cannot take it away without other access of theirs. ${inPlex}`,
      }
    }
    case 'missing':
      return {
        found: lacks[finding.lacks](nameOf(finding.guest), titleOf(finding.media)),
        remedy: remedyFor(finding),
      }
    case 'grants-unknown':
      return {
        found: `plex.tv does not tell which single items were granted: ${finding.reason}`,
        remedy: inPlex,
      }
    case 'still-taking':
      return {
        found: `The pass of ${nameOf(finding.guest)} for ${titleOf(finding.media)} ended more than an hour ago, and its access could not be taken away yet.`,
        remedy: 'OTP goes on trying; "otp doctor --repair" tries now.',
      }
    case 'still-giving':
      return {
        found: `The pass of ${nameOf(finding.guest)} for ${titleOf(finding.media)} was begun, and nobody knows whether its access was given.`,
        remedy: 'OTP finishes it when it starts. If it runs already, start it anew, or take the pass back.',
      }
    case 'still-watched':
      return {
        found: `${nameOf(finding.guest)} is watched as a guest without any pass.`,
        remedy: 'OTP lets them go by itself while it runs; "otp doctor --repair" does now.',
      }
    case 'other-server': {
      const { machineIdentifier, assignments } = finding
      const count = assignments === 1 ? 'One pass belongs' : `${assignments} passes belong`
      return {
        found: `${count} to another server (${machineIdentifier}) than the one that answers.`,
        remedy:
          'OTP gives and takes nothing there from here. Choose that server again ("otp login"), then end the passes.',
      }
    }
  }
}

const inPlex = 'Look in Plex, under Settings and Manage Library Access.'

const lacks: Record<Lack, (guest: string, title: string) => string> = {
  connection: (guest, title) =>
    `${guest} has a pass for ${title} and is neither a friend of the owner nor invited any more.`,
  share: (guest, title) => `${guest} has a pass for ${title} and no share of this server any more.`,
  library: (guest, title) =>
    `${guest} has a pass for ${title}, and their share lacks the library that it is in.`,
  restriction: (guest, title) =>
    `${guest} has a pass for ${title} alone, and the restriction to its label is gone: they see all of the library.`,
  label: (guest, title) => `${title} lacks the label by which ${guest} is to see it.`,
  item: (guest, title) => `${guest} has a pass for ${title}, which is not on the server any more.`,
  'private-library': (guest, title) =>
    `${guest} has a pass for ${title}, and the private library of it is gone or was changed.`,
  grant: (guest, title) => `${guest} has a pass for ${title}, and the grant of it is gone.`,
  'no-downloads': (guest, title) =>
    `${guest} has a pass for ${title} and may download: somebody has allowed it again.`,
}

function remedyFor({ lacks: what, guest }: Extract<Finding, { kind: 'missing' }>): string {
  if (what === 'item') {
    return `OTP follows it when it is added again. Otherwise take the pass of ${nameOf(guest)} back.`
  }
  return assignAgain(guest)
}

function unrecorded(what: string): string {
  return `Nothing that OTP wrote down says that it did that, so it is left. ${what} by hand.`
}

/** An account without a username goes by its e-mail address, which is not repeated. */
function nameOf({ plexId, username }: Somebody): string {
  return username === '' || username.includes('@') ? `Account ${plexId}` : username
}
