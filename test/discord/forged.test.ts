import { describe, expect, test } from 'vitest'
import { OtpError } from '../../src/core/errors.js'
import { english } from '../../src/core/messages/english.js'
import { buttons } from '../../src/discord/buttons/index.js'
import { until } from '../support/until.js'
import { anEvening } from './evening.js'

const { replies } = english.discord
const refused = [english.discord.errors.forbidden(), english.discord.access.byPermission()].join(' / ')
const nothing = { ownPasses: async () => ({ linked: false, passes: [] }) }

describe('a press that no app shows', () => {
  test('does nothing for who is no admin, whatever record it names', async () => {
    const { guest } = await anEvening(nothing)
    const message = await guest.slash('/pass')

    for (const { action } of buttons.filter((one) => one.adminOnly)) {
      for (const id of ['v1', 'server.77', 'start', '../..', '__proto__']) {
        // Whatever reached the core would come back as a fault, since nothing is expected of it.
        const answer = await guest.press(message, `otp1:${action}:${id}`)
        expect({ action, id, text: answer.text }).toEqual({ action, id, text: refused })
      }
    }
  })

  test('on a pass of somebody else asks for that of whoever presses, and is refused', async () => {
    const asked: { id: string; discordUserId: string }[] = []
    const refuse = async (own: { id: string; discordUserId: string }): Promise<never> => {
      asked.push(own)
      throw new OtpError('forbidden', 'That pass is not yours.')
    }
    const { guest } = await anEvening({ ...nothing, ownPass: refuse })
    const message = await guest.slash('/pass')

    for (const { action } of buttons.filter((one) => !one.adminOnly)) {
      await guest.press(message, `otp1:${action}:of-somebody-else:1400000000000000001`)
    }
    expect(asked.length).toBe(buttons.filter((one) => !one.adminOnly).length)
    for (const own of asked)
      expect(own).toEqual({ id: 'of-somebody-else:1400000000000000001', discordUserId: guest.id })
  })

  test('of no kind that there is, is no longer valid, also for admins', async () => {
    const { admin, discord } = await anEvening(nothing)
    const told = () =>
      discord.calls.filter((one) => JSON.stringify(one.body ?? {}).includes(replies.noLongerValid()))
    const message = await admin.slash('/pass')
    const made = [
      'x',
      'otp0:allow:v1',
      'otp1:allow',
      'otp1::v1',
      'otp1:__proto__:v1',
      'otp1:constructor:v1',
      'otp1:toString:v1',
      `otp1:${'x'.repeat(94)}:`,
    ]
    for (const [at, customId] of made.entries()) {
      await admin.press(message, customId)
      await until(`the answer to ${customId}`, () => told().length === at + 1)
    }
  })

  test('of a question that nobody was asked confirms nothing', async () => {
    const { admin, guest } = await anEvening(nothing)
    for (const person of [admin, guest]) {
      const message = await person.slash('/pass')
      const answer = await person.press(message, 'otp1:yes:01m82a56mrjgn6ftpr73bbb9')
      expect(answer.text).toBe(replies.noLongerValid())
    }
  })
})
