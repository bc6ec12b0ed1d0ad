import { describe, expect, it } from 'vitest'
import { rememberReads } from '../../src/core/access/recent-reads.js'
import { noFilters } from '../../src/core/access/wanted.js'
import { OtpError } from '../../src/core/errors.js'
import { aPerson, minute, second, theServer } from '../support/builders.js'
import { createTestClock } from '../support/clock.js'
import { createFakePlex } from '../support/fake-plex.js'

function aScene() {
  const clock = createTestClock()
  const plex = createFakePlex(clock)
  plex.accounts.push(aPerson())
  return { clock, plex, account: rememberReads(plex.account, clock) }
}

const invitation = {
  machineIdentifier: theServer,
  to: { name: 'guest' },
  libraryKeys: ['1'],
  filters: noFilters,
}

describe('what was read at plex.tv a moment ago', () => {
  it('serves again for two seconds, also while it is being read', async () => {
    const { clock, plex, account } = aScene()
    await Promise.all([account.shares(), account.shares()])
    await clock.advance(second)
    await account.shares()
    expect(plex.asked('shares')).toBe(1)

    await clock.advance(second)
    await account.shares()
    expect(plex.asked('shares')).toBe(2)
  })

  it('does not serve after OTP has changed something, nor when it must be fresh', async () => {
    const { plex, account } = aScene()
    expect(await account.shares()).toEqual([])
    const { shareId } = await account.invite(invitation)
    expect(await account.shares()).toMatchObject([{ shareId }])

    await account.shares({ fresh: true })
    expect(plex.asked('shares')).toBe(3)
  })

  it('does not serve after a change without an answer, which may have worked', async () => {
    const { plex, account } = aScene()
    plex.fail('invite', new OtpError('plex_unreachable', 'No answer.'), { after: true })
    await account.shares()

    await expect(account.invite(invitation)).rejects.toThrow('No answer.')
    expect(await account.shares()).toHaveLength(1)
  })

  it('does not serve when it was no answer at all', async () => {
    const { plex, account } = aScene()
    plex.fail('friends', new OtpError('plex_unreachable', 'No answer.'))
    await expect(account.friends()).rejects.toThrow('No answer.')

    expect(await account.friends()).toEqual([])
  })

  it('is the owner for ten minutes', async () => {
    const { clock, plex, account } = aScene()
    await account.owner()
    await clock.advance(9 * minute)
    await account.owner()
    expect(plex.asked('owner')).toBe(1)
  })
})
