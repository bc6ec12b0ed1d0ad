import type { Person, Seen } from '../../../src/simulator/discord/person.js'
import { anEvening, minute, second } from '../evening.js'
import { deedsOf } from './deeds.js'

export type Home = Awaited<ReturnType<typeof aHome>>

/** Somebody with a Plex account, and the Discord member who they are. */
export interface HomeGuest {
  username: string
  person: Person
}

/** One who has Arrival. */
export interface Lent extends HomeGuest {
  /** Of the assignment. */
  id: string
}

/** Enough of them that two people never share a name. */
const manyPeople = 24
const stageKey = 'key:stage'

/**
 * An evening in which one scene after the other is set, each with people of its own: what was pressed in one is
 * nothing to the next. Admins are the members with a role.
 */
export async function aHome(whenOver: (close: () => Promise<void>) => void) {
  const evening = await anEvening({
    config: '[access]\nfence = "library"',
    whenOver,
    before: ({ world }) => {
      world.addMovie({ title: 'Arrival', year: 1996 })
      for (let at = 1; at <= manyPeople; at += 1) {
        for (const kind of ['friend', 'acquaintance', 'stranger'])
          world.addAccount(`${kind}.${at}`, { email: `${kind}.${at}@example.test` })
        world.shareWith(`friend.${at}`, ['Films'])
        world.befriend(`acquaintance.${at}`)
      }
    },
  })
  const { world, discord, titles, inTime, pass, clock } = evening
  const count = { friend: 0, acquaintance: 0, stranger: 0, member: 0 }
  evening.config.discord.adminRoleIds = [discord.adminRoleId]
  await evening.start()
  await pass(5 * second)

  return {
    ...evening,
    anAdmin: () => discord.person(`admin${next('member')}`, { adminRole: true }),
    aMember,
    /** With access from before. */
    aFriend: () => somebody('friend'),
    /** A friend of the owner, to whom nothing is shared. */
    anAcquaintance: () => somebody('acquaintance'),
    aStranger: () => somebody('stranger'),
    /** Whether there are people enough for another row. */
    hasRoom: () => count.friend + 3 <= manyPeople,
    rest,
    lend,
    stray,
    leave,
    lastDm,
    inChannel,
    deeds: () => deedsOf(evening),
  }

  function next(what: keyof typeof count): number {
    count[what] += 1
    return count[what]
  }

  function aMember(): Person {
    return discord.person(`member${next('member')}`)
  }

  function somebody(kind: 'friend' | 'acquaintance' | 'stranger'): HomeGuest {
    return { username: `${kind}.${next(kind)}`, person: aMember() }
  }

  /** Lets what came before be over, so that it is told by itself what comes now. */
  async function rest(): Promise<void> {
    await clock.leap(minute)
    await pass(second, second)
  }

  /** Arrival, lent to a friend by nobody in Discord. */
  async function lend({ expires = '30d' }: { expires?: string } = {}): Promise<Lent> {
    const guest = somebody('friend')
    const { username, person } = guest
    const lent = { guest: username, discordUserId: person.id, media: `rk:${titles.lent}` }
    const done = await inTime(evening.core().assign({ ...lent, expires, by: stageKey }))
    if (done.kind !== 'assigned') throw new Error('The stage was asked back')
    await evening.passUntil('the message of the pass', () => discord.dms(person).length > 0)
    return { ...guest, id: done.assignment.id }
  }

  /** A guest has played what is not on the pass; it was ended, and this is the card. */
  async function stray(guest: Lent): Promise<Seen> {
    const player = world.play(guest.username, titles.other)
    await evening.passUntil('the stream to be ended', () => player.ending())
    player.stop()
    await pass(2 * second, second)
    return inChannel(new RegExp(`^Stream ended.*${guest.username} `))
  }

  /** A guest leaves the Discord server, which a message shows that cannot be sent; this is the card. */
  async function leave(guest: Lent): Promise<Seen> {
    guest.person.leave()
    await inTime(evening.core().extend({ id: guest.id, expires: '20d', by: stageKey }))
    await pass(2 * second, second)
    await clock.leap(minute)
    await pass(2 * second, second)
    const about = new RegExp(`^${guest.username} has left`)
    await evening.passUntil('the message about who left', () => lastAbout(about))
    return inChannel(about)
  }

  /** The last message to somebody, not counting answers to what they pressed. */
  function lastDm({ person }: HomeGuest): Seen {
    const last = discord.dms(person).findLast((one) => !one.ephemeral)
    if (!last) throw new Error('Nothing was said to the guest')
    return last
  }

  /** The last message in the admin channel about this. */
  function inChannel(about: RegExp): Seen {
    const last = lastAbout(about)
    if (!last) throw new Error(`Nothing in the admin channel is like ${about}`)
    return last
  }

  function lastAbout(about: RegExp): Seen | undefined {
    return discord.channelMessages(discord.adminChannelId).findLast((one) => about.test(one.text))
  }
}
