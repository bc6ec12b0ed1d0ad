import { anEvening, minute, second } from './evening.js'

/** Arrival is lent to a friend whose Discord member is bob, who sees nothing else; it is ready. */
export async function aLoan({
  expires = '7d',
  push = false,
  config,
}: {
  expires?: string | undefined
  push?: boolean
  config?: string
} = {}) {
  const evening = await anEvening({ push, ...(config !== undefined && { config }) })
  const { admin, guest, world, clock, soon, pass, titles, discord } = evening
  await evening.start()
  const film = { media: `rk:${titles.lent}`, member: guest, plex: 'friend.two', expires }
  const reply = await soon(admin.slash('/assign', film))
  world.acceptInvitation('friend.two')
  await clock.leap(minute)
  await pass(2 * second)
  return { ...evening, reply, open, lastDm, wishes, history }

  /** Titles of what is lent now. */
  async function open(): Promise<string[]> {
    const { text } = await evening.api('GET', '/api/v1/monitor/users')
    return [...text.matchAll(/"title":"([^"]+)"/g)].map(([, title]) => title ?? '')
  }

  /** The last message to the guest, not counting answers to what they pressed. */
  function lastDm() {
    const last = discord.dms(guest).findLast((one) => !one.ephemeral)
    if (!last) throw new Error('Nothing was said to the guest')
    return last
  }

  /** What stands in the admin channel about this. */
  function wishes(about: RegExp) {
    return discord.channelMessages(discord.adminChannelId).filter((one) => about.test(one.text))
  }

  /** What the assignments tell of themselves, without OTP's own lines. */
  async function history(): Promise<string[]> {
    const { text } = await evening.api('GET', '/api/v1/assignments')
    const lines = [...text.matchAll(/"by":"([^"]+)","what":"([^"]+)"/g)]
    return lines.filter(([, by]) => by !== 'otp').map(([, by, what]) => `${by} ${what}`)
  }
}
