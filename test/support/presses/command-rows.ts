import type { OptionValue, Person } from '../../../src/simulator/discord/person.js'
import type { Home } from './home.js'
import { type Answer, onlyAdmins, type Row, type Scene } from './row.js'

const common = { whose: 'admins', refusal: onlyAdmins } as const

type Options = Record<string, OptionValue>

function giving(command: string, options: Options = {}): Pick<Scene, 'act' | 'forge'> {
  return { act: (by) => by.slash(command, options), forge: (by) => by.slash(command, options) }
}

/** Every command, and every verb of one. */
export const commandRows: Row[] = [
  {
    ...common,
    name: '/assign',
    of: '/assign',
    asksPlex: true,
    set: async (home) => {
      const { username, person } = home.anAcquaintance()
      const admin = home.anAdmin()
      return {
        who: admin,
        ...giving('/assign', { media: `rk:${home.titles.lent}`, plex: username, member: person }),
        says: /^Arrival \(2016\) (?:is|was) assigned to/,
        deeds: [`${username}, Arrival (2016): created by discord:${admin.id}`],
        // What stands already gets the limits given now.
        deedsOfTwo: [
          `${username}, Arrival (2016): created by discord:${admin.id}`,
          `${username}, Arrival (2016): extended by discord:${admin.id}`,
        ],
        dm: { to: person, text: /^You have a guest pass for Arrival/ },
      }
    },
  },
  {
    ...common,
    name: '/unassign',
    of: '/unassign',
    asksPlex: true,
    set: async (home) => {
      const guest = await home.lend()
      const admin = home.anAdmin()
      return {
        who: admin,
        ...giving('/unassign', { guest: guest.username, reason: 'Enough' }),
        says: /^The pass of .* has ended|has no open assignment/,
        deeds: [`${guest.username}, Arrival (2016): revoked by discord:${admin.id}`],
        dm: { to: guest.person, text: /^Your pass for Arrival \(2016\) has ended\./ },
      }
    },
  },
  {
    ...common,
    name: '/invite',
    of: '/invite',
    asksPlex: true,
    set: async (home) => {
      const { username, person } = home.anAcquaintance()
      const admin = home.anAdmin()
      const deed = `${username}: invited, standing by discord:${admin.id}`
      return {
        who: admin,
        ...giving('/invite', { plex: username, library: 'Series', member: person }),
        says: /Series/,
        deeds: [deed],
        dm: { to: person, text: /^You (?:are invited|have access) to the library Series/ },
      }
    },
  },
  monitorRow('start', 'started', /^Monitor \/ Watching since/),
  monitorRow('stop', 'stopped', /^Monitor \/ Not watching since/),
  looking('/monitor status', /^Monitor \//),
  looking('/monitor now', /^Streams of guests now/),
  looking('/monitor violations', /^(?:Newest violations|Nothing has been played)/),
  {
    name: '/pass',
    of: '/pass',
    whose: 'guest',
    refusal: /^You are linked to no Plex account here/,
    looksOnly: true,
    set: async (home) => {
      const guest = await home.lend()
      return { who: guest.person, ...giving('/pass'), says: /^Arrival \(2016\)/, deeds: [] }
    },
  },
]

/** Every option that suggests something. */
export const suggestionRows: Row[] = [
  suggesting('/assign', 'media', 'heat', async () => /^Heat \(1995\) - film/),
  suggesting('/assign', 'plex', 'friend', async () => /^friend\./),
  suggesting('/assign', 'expires', '36h', async () => /in 36 hours/),
  suggesting('/unassign', 'guest', '', async (home) => new RegExp((await home.lend()).username)),
  suggesting('/invite', 'library', 'films', async () => /^Films/),
]

function suggesting(
  command: string,
  option: string,
  typed: string,
  set: (home: Home) => Promise<RegExp>,
): Row {
  const nothing = /^$/
  return {
    ...common,
    refusal: nothing,
    name: `${command} ${option}:`,
    of: `${command} ${option}:`,
    looksOnly: true,
    whenLate: /^/,
    set: async (home) => {
      const says = await set(home)
      const type = async (by: Person): Promise<Answer> => {
        const choices = await by.type(command, option, typed)
        return { text: choices.map(({ name }) => name).join(' | ') }
      }
      return { who: home.anAdmin(), act: type, forge: type, says, deeds: [] }
    },
  }
}

function looking(command: string, says: RegExp): Row {
  return {
    ...common,
    name: command,
    of: command,
    looksOnly: true,
    set: async (home) => ({ who: home.anAdmin(), ...giving(command), says, deeds: [] }),
  }
}

/** Before, the monitor stands the other way. */
function monitorRow(verb: 'start' | 'stop', deed: string, says: RegExp): Row {
  return {
    ...common,
    name: `/monitor ${verb}`,
    of: `/monitor ${verb}`,
    set: async (home) => {
      const admin = home.anAdmin()
      const { startMonitor, stopMonitor } = home.core()
      await home.inTime(verb === 'stop' ? startMonitor('key:stage') : stopMonitor('key:stage'))
      await home.pass(1_000, 1_000)
      return {
        who: admin,
        ...giving(`/monitor ${verb}`),
        says,
        deeds: [`monitor ${deed} by discord:${admin.id}`],
      }
    },
  }
}
