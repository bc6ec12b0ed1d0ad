import { pressing, type Row } from './row.js'

const common = { whose: 'guest' } as const
const notTheirs = /^That pass belongs to somebody else/
const notAsked = /^Only the person who was asked can answer that\.$/
const noLongerValid = /^This question is no longer valid\./

/** What guests do about their own pass. */
export const guestRows: Row[] = [
  {
    ...common,
    name: "I'm done, asks",
    of: 'done',
    refusal: notTheirs,
    looksOnly: true,
    set: async (home) => {
      const guest = await home.lend()
      return {
        who: guest.person,
        ...pressing(home.lastDm(guest), "I'm done"),
        says: /^Are you done with Arrival \(2016\)\?/,
        deeds: [],
      }
    },
  },
  {
    ...common,
    name: "Confirm, of I'm done",
    of: 'yes',
    refusal: notAsked,
    asksPlex: true,
    afterRestart: noLongerValid,
    set: async (home) => {
      const guest = await home.lend()
      const asked = await home.inTime(guest.person.click(home.lastDm(guest), "I'm done"))
      return {
        who: guest.person,
        ...pressing(asked, 'Confirm'),
        says: /^Your pass for Arrival \(2016\) has ended\. Thank you/,
        deeds: [`${guest.username}, Arrival (2016): finished by discord:${guest.person.id}`],
        dm: { to: guest.person, text: /^You have finished Arrival/ },
        card: new RegExp(`^${guest.username} has finished Arrival`),
      }
    },
  },
  {
    ...common,
    name: "Cancel, of I'm done",
    of: 'no',
    refusal: notAsked,
    afterRestart: noLongerValid,
    set: async (home) => {
      const guest = await home.lend()
      const asked = await home.inTime(guest.person.click(home.lastDm(guest), "I'm done"))
      return { who: guest.person, ...pressing(asked, 'Cancel'), says: /^Nothing was changed\.$/, deeds: [] }
    },
  },
  {
    ...common,
    name: 'I need more time',
    of: 'time',
    refusal: notTheirs,
    set: async (home) => {
      const guest = await home.lend()
      return {
        who: guest.person,
        ...pressing(home.lastDm(guest), 'I need more time'),
        says: /^(?:I have asked the admins|The admins have been asked)/,
        deeds: [`${guest.username}, Arrival (2016): asked for more time by discord:${guest.person.id}`],
        card: new RegExp(`^${guest.username} asks for more time`),
      }
    },
  },
]
