import type { Person } from '../../../src/simulator/discord/person.js'
import { minute, second } from '../evening.js'
import type { Home, Lent } from './home.js'
import { onlyAdmins, picking, pressing, type Row, type Scene } from './row.js'

const common = { whose: 'admins', refusal: onlyAdmins } as const
const noLongerValid = /^This question is no longer valid\./

/** What stands in the admin channel: the card of a violation, the list of many, a wish, a guest who left. */
export const cardRows: Row[] = [
  {
    ...common,
    name: 'Allow once, on the card of a violation',
    of: 'allow',
    asksPlex: true,
    set: async (home) => {
      const { admin, guest, card } = await aCard(home)
      return {
        who: admin,
        ...pressing(card, 'Allow once'),
        says: /may play Heat \(1995\) once within the next 24 hours/,
        deeds: [
          `${guest.username}, Heat (1995): allow_once by discord:${admin.id}`,
          `${guest.username}, Heat (1995): created by discord:${admin.id}`,
        ],
        dm: { to: guest.person, text: /^You have a guest pass for Heat/ },
        card: new RegExp(`${guest.username} .*Allowed once by @${admin.username}`),
      }
    },
  },
  {
    ...common,
    name: 'Dismiss, on the card of a violation',
    of: 'dismiss',
    set: async (home) => {
      const { admin, guest, card } = await aCard(home)
      return {
        who: admin,
        ...pressing(card, 'Dismiss'),
        says: /^Dismissed\./,
        deeds: [`${guest.username}, Heat (1995): dismiss by discord:${admin.id}`],
        card: new RegExp(`${guest.username} .*Dismissed by @${admin.username}`),
      }
    },
  },
  {
    ...common,
    name: 'Assign this, on the card of a violation, asks',
    of: 'assign',
    looksOnly: true,
    set: async (home) => {
      const { admin, card } = await aCard(home)
      return { who: admin, ...pressing(card, 'Assign this'), says: /becomes the pass of/, deeds: [] }
    },
  },
  {
    ...common,
    name: 'Confirm, of Assign this',
    of: 'yes',
    asksPlex: true,
    afterRestart: noLongerValid,
    set: async (home) => {
      const { admin, guest, card } = await aCard(home)
      const asked = await home.inTime(admin.click(card, 'Assign this'))
      const by = `by discord:${admin.id}`
      return {
        who: admin,
        ...pressing(asked, 'Confirm'),
        says: /^Heat \(1995\) is assigned to/,
        deeds: [
          `${guest.username}, Arrival (2016): replaced ${by}`,
          `${guest.username}, Heat (1995): assign ${by}`,
          `${guest.username}, Heat (1995): created ${by}`,
        ],
        dm: { to: guest.person, text: /^You have a guest pass for Heat/ },
        card: new RegExp(`${guest.username} .*Assigned by @${admin.username}`),
      }
    },
  },
  {
    ...common,
    name: 'Revoke, on the card of a violation, asks',
    of: 'revoke',
    looksOnly: true,
    set: async (home) => {
      const { admin, card } = await aCard(home)
      return { who: admin, ...pressing(card, 'Revoke'), says: /Shall I go on\?/, deeds: [] }
    },
  },
  {
    ...common,
    name: 'Confirm, of Revoke',
    of: 'yes',
    asksPlex: true,
    afterRestart: noLongerValid,
    set: async (home) => {
      const { admin, guest, card } = await aCard(home)
      const asked = await home.inTime(admin.click(card, 'Revoke'))
      const by = `by discord:${admin.id}`
      return {
        who: admin,
        ...pressing(asked, 'Confirm'),
        says: /Every pass of|has no pass|have no pass|ended/,
        deeds: [
          `${guest.username}, Arrival (2016): revoked ${by}`,
          `${guest.username}, Heat (1995): revoke ${by}`,
        ],
        dm: { to: guest.person, text: /^Your pass for Arrival \(2016\) has ended\./ },
        card: new RegExp(`${guest.username} .*passes revoked by @${admin.username}`),
      }
    },
  },
  {
    ...common,
    name: 'Cancel, of Revoke',
    of: 'no',
    afterRestart: noLongerValid,
    set: async (home) => {
      const { admin, card } = await aCard(home)
      const asked = await home.inTime(admin.click(card, 'Revoke'))
      return { who: admin, ...pressing(asked, 'Cancel'), says: /^Nothing was changed\.$/, deeds: [] }
    },
  },
  {
    ...common,
    name: 'an entry of the list of many violations',
    of: 'violation',
    looksOnly: true,
    set: async (home) => {
      await manyViolations(home)
      const list = home.inChannel(/^\d+ streams/)
      return {
        who: home.anAdmin(),
        ...picking(list, list.menus[0]?.options[0]?.label),
        says: /^Stream ended.*\[Allow once\]/,
        deeds: [],
      }
    },
  },
  timeRow('time1', '+1 day', 'extended', /^Your pass for Arrival \(2016\) has a new deadline/),
  timeRow('time3', '+3 days', 'extended', /^Your pass for Arrival \(2016\) has a new deadline/),
  timeRow('timeno', 'Deny', 'more time denied', /^The admins cannot give you more time/),
  {
    ...common,
    name: 'Keep, on the card of a guest who left',
    of: 'left-keep',
    set: async (home) => {
      const { admin, guest, card } = await aLeaver(home)
      const line = `@${admin.username} let them keep it.`
      return {
        who: admin,
        ...pressing(card, 'Keep'),
        says: /let them keep it\.$/,
        deeds: [`${guest.username}: may keep what they have, by discord:${admin.id}`],
        card: new RegExp(`${guest.username} has left.*${line}`),
      }
    },
  },
  {
    ...common,
    name: 'Revoke, on the card of a guest who left, asks',
    of: 'left-revoke',
    looksOnly: true,
    set: async (home) => {
      const { admin, card } = await aLeaver(home)
      return { who: admin, ...pressing(card, 'Revoke'), says: /^Every pass of/, deeds: [] }
    },
  },
  {
    ...common,
    name: 'Confirm, of Revoke for a guest who left',
    of: 'yes',
    asksPlex: true,
    afterRestart: noLongerValid,
    set: async (home) => {
      const { admin, guest, card } = await aLeaver(home)
      const asked = await home.inTime(admin.click(card, 'Revoke'))
      return {
        who: admin,
        ...pressing(asked, 'Confirm'),
        says: /^The pass of .* has ended\..*\[Undo\]$/,
        deeds: [`${guest.username}, Arrival (2016): revoked by discord:${admin.id}`],
        card: new RegExp(`${guest.username} has left.*@${admin.username} ended what they had`),
      }
    },
  },
]

/** Answers a guest who asks for more time. */
function timeRow(of: string, label: string, deed: 'extended' | 'more time denied', told: RegExp): Row {
  return {
    ...common,
    name: `${label}, on the card of a wish for more time`,
    of,
    set: async (home) => {
      const guest = await home.lend()
      const admin = home.anAdmin()
      await home.inTime(guest.person.click(home.lastDm(guest), 'I need more time'))
      await home.pass(2 * second, second)
      const card = home.inChannel(new RegExp(`^${guest.username} asks for more time`))
      const by = `by discord:${admin.id}`
      return {
        who: admin,
        ...pressing(card, label),
        says: deed === 'more time denied' ? /said no/ : /gave more time/,
        deeds: [`${guest.username}, Arrival (2016): ${deed} ${by}`],
        dm: { to: guest.person, text: told },
        card: new RegExp(`${guest.username} asks for more time.*@${admin.username}`),
      } satisfies Scene
    },
  }
}

interface Carded {
  admin: Person
  guest: Lent
  card: Awaited<ReturnType<Home['stray']>>
}

async function aCard(home: Home): Promise<Carded> {
  const guest = await home.lend()
  return { admin: home.anAdmin(), guest, card: await home.stray(guest) }
}

async function aLeaver(home: Home): Promise<Carded> {
  const guest = await home.lend()
  return { admin: home.anAdmin(), guest, card: await home.leave(guest) }
}

/** So many at once that the admins get a list of them; no two are of the same title. */
export async function manyViolations(home: Home): Promise<void> {
  const guest = await home.lend()
  const players = Array.from({ length: 12 }, (_, at) => {
    const { ratingKey } = home.world.addMovie({ title: `Stray ${at} of ${guest.username}`, year: 2000 + at })
    return home.world.play(guest.username, ratingKey)
  })
  await home.passUntil(
    'all of them to be ended',
    () => players.every((one) => one.ending() !== undefined),
    minute,
  )
  for (const one of players) one.stop()
  await home.pass(20 * second, 2 * second)
}
