import { second } from '../evening.js'
import { manyViolations } from './card-rows.js'
import { onlyAdmins, picking, pressing, type Row, type Scene } from './row.js'

const common = { whose: 'admins', refusal: onlyAdmins } as const
const noLongerValid = /^This question is no longer valid\./

/** What stands under the answer to an admin's command. */
export const replyRows: Row[] = [
  {
    ...common,
    name: 'Undo, of /unassign',
    of: 'undo',
    asksPlex: true,
    set: async (home) => {
      const guest = await home.lend()
      const admin = home.anAdmin()
      const ended = await home.inTime(admin.slash('/unassign', { guest: guest.username }))
      return {
        who: admin,
        ...pressing(ended, 'Undo'),
        says: /^Undone: .* has Arrival \(2016\) again\./,
        deeds: [`${guest.username}, Arrival (2016): created by discord:${admin.id}`],
        dm: { to: guest.person, text: /^You have a guest pass for Arrival/ },
      }
    },
  },
  {
    ...common,
    name: 'Unlink, of /assign',
    of: 'unlink',
    set: async (home) => {
      const { username, person } = home.anAcquaintance()
      const admin = home.anAdmin()
      const film = { media: `rk:${home.titles.lent}`, plex: username, member: person }
      const done = await home.inTime(admin.slash('/assign', film))
      return {
        who: admin,
        ...pressing(done, 'Unlink'),
        says: /is not linked to .* any more/,
        deeds: [`${username}, Arrival (2016): unlinked from the Discord member by discord:${admin.id}`],
      }
    },
  },
  {
    ...common,
    name: 'Confirm, of /assign for a friend who sees other things',
    of: 'yes',
    asksPlex: true,
    afterRestart: noLongerValid,
    set: async (home) => {
      const { username, person } = home.aFriend()
      const admin = home.anAdmin()
      const film = { media: `rk:${home.titles.other}`, plex: username, member: person }
      const asked = await home.inTime(admin.slash('/assign', film))
      return {
        who: admin,
        ...pressing(asked, 'Confirm'),
        says: /Heat \(1995\) is assigned to/,
        deeds: [`${username}, Heat (1995): created by discord:${admin.id}`],
        dm: { to: person, text: /^You have a guest pass for Heat/ },
      }
    },
  },
  {
    ...common,
    name: 'Confirm, of /assign for a stranger',
    of: 'yes',
    asksPlex: true,
    afterRestart: noLongerValid,
    set: async (home) => {
      const { username, person } = home.aStranger()
      const admin = home.anAdmin()
      const film = { media: `rk:${home.titles.other}`, plex: username, member: person }
      const asked = await home.inTime(admin.slash('/assign', film))
      return {
        who: admin,
        ...pressing(asked, 'Confirm'),
        says: /A Plex invitation is on its way/,
        deeds: [
          `${username}, Heat (1995): created by discord:${admin.id}`,
          `${username}: invited, assignment by discord:${admin.id}`,
        ],
        dm: { to: person, text: /^You have a guest pass for Heat/ },
      }
    },
  },
  {
    ...common,
    name: 'a title of the menu of /assign',
    of: 'pick',
    asksPlex: true,
    afterRestart: noLongerValid,
    set: async (home) => {
      const { username } = home.anAcquaintance()
      const admin = home.anAdmin()
      const asked = await home.inTime(admin.slash('/assign', { media: 'arrival', plex: username }))
      return {
        who: admin,
        ...picking(asked, 'Arrival (1996)'),
        says: /Arrival \(1996\) is assigned to/,
        deeds: [`${username}, Arrival (1996): created by discord:${admin.id}`],
      }
    },
  },
  {
    ...common,
    name: 'Cancel, of the menu of /assign',
    of: 'no',
    afterRestart: noLongerValid,
    set: async (home) => {
      const { username } = home.anAcquaintance()
      const admin = home.anAdmin()
      const asked = await home.inTime(admin.slash('/assign', { media: 'arrival', plex: username }))
      return { who: admin, ...pressing(asked, 'Cancel'), says: /^Nothing was changed\.$/, deeds: [] }
    },
  },
  monitorRow('Stop', /^Monitor \/ Not watching since/),
  monitorRow('Start', /^Monitor \/ Watching since/),
  {
    ...common,
    name: 'Refresh, of /monitor status',
    of: 'monitor',
    looksOnly: true,
    set: async (home) => {
      const admin = home.anAdmin()
      const seen = await home.inTime(admin.slash('/monitor status'))
      return { who: admin, ...pressing(seen, 'Refresh'), says: /^Monitor \//, deeds: [] }
    },
  },
  {
    ...common,
    name: 'Refresh, of /monitor now',
    of: 'now',
    looksOnly: true,
    set: async (home) => {
      const admin = home.anAdmin()
      const seen = await home.inTime(admin.slash('/monitor now'))
      return { who: admin, ...pressing(seen, 'Refresh'), says: /^Streams of guests now/, deeds: [] }
    },
  },
  {
    ...common,
    name: 'End, of /monitor now',
    of: 'end',
    set: async (home) => {
      const guest = await home.lend()
      const admin = home.anAdmin()
      home.world.play(guest.username, home.titles.lent)
      await home.pass(4 * second, second)
      const seen = await home.inTime(admin.slash('/monitor now'))
      const id = (await home.core().sessions()).find((one) => one.guest.username === guest.username)?.id
      const [button] = seen.buttons.filter((one) => id !== undefined && one.customId.endsWith(id))
      if (!button) throw new Error(`There is no button for the stream in: ${seen.text}`)
      const { customId } = button
      return {
        who: admin,
        act: (by) => by.press(seen, customId),
        says: /was told to end\.$/,
        deeds: ['a stream was ended'],
        // Plex may be told again what it has been told.
        deedsOfTwo: ['a stream was ended', 'a stream was ended'],
      }
    },
  },
  {
    ...common,
    name: 'Older, of /monitor violations',
    of: 'page',
    looksOnly: true,
    set: async (home) => {
      await manyViolations(home)
      const admin = home.anAdmin()
      const seen = await home.inTime(admin.slash('/monitor violations'))
      return { who: admin, ...pressing(seen, 'Older'), says: /\[Newest\]/, deeds: [] }
    },
  },
  {
    ...common,
    name: 'Newest, of /monitor violations',
    of: 'page',
    looksOnly: true,
    set: async (home) => {
      await manyViolations(home)
      const admin = home.anAdmin()
      const first = await home.inTime(admin.slash('/monitor violations'))
      const { customId } = first.buttons.find((one) => one.label === 'Older') ?? { customId: '' }
      const older = await home.inTime(admin.press(first, customId))
      return { who: admin, ...pressing(older, 'Newest'), says: /\[Older\]$/, deeds: [] }
    },
  },
  {
    ...common,
    name: 'an entry of /monitor violations',
    of: 'violation',
    looksOnly: true,
    set: async (home) => {
      await home.stray(await home.lend())
      const admin = home.anAdmin()
      const seen = await home.inTime(admin.slash('/monitor violations'))
      return {
        who: admin,
        ...picking(seen, seen.menus[0]?.options[0]?.label),
        says: /^Stream .*\[Allow once\]/,
        deeds: [],
      }
    },
  },
]

/** Turns the monitor; before, it stands the other way. */
function monitorRow(label: 'Start' | 'Stop', says: RegExp): Row {
  return {
    ...common,
    name: `${label}, of /monitor status`,
    of: 'monitor',
    set: async (home) => {
      const admin = home.anAdmin()
      const { startMonitor, stopMonitor } = home.core()
      await home.inTime(label === 'Stop' ? startMonitor('key:stage') : stopMonitor('key:stage'))
      await home.pass(second, second)
      const seen = await home.inTime(admin.slash('/monitor status'))
      const deed = `monitor ${label === 'Stop' ? 'stopped' : 'started'} by discord:${admin.id}`
      return { who: admin, ...pressing(seen, label), says, deeds: [deed] } satisfies Scene
    },
  }
}
