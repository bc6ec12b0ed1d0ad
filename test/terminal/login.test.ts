import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { OtpError } from '../../src/core/errors.js'
import type { Clock } from '../../src/core/ports.js'
import type { Check } from '../../src/core/sign-in/checks.js'
import { createServerChoice } from '../../src/core/sign-in/server-choice.js'
import { createSignIn } from '../../src/core/sign-in/sign-in.js'
import { createMemoryStore } from '../../src/store/memory.js'
import type { SignInHere } from '../../src/terminal/verbs/login.js'
import { afterBy } from '../../src/util/clock.js'
import { aStatus } from '../rest/answers.js'
import { anOwner, evening, minute } from '../support/builders.js'
import {
  aConnection,
  anOwnedServer,
  createFakePlexSettings,
  createFakeSignIn,
} from '../support/fake-sign-in.js'
import { until } from '../support/until.js'
import { sitAt } from './desk.js'
import { createTerminalRunner } from './otp.js'
import { aSingleServer } from './simulated-plex.js'

const atticUrl = 'http://attic.test:32400'
const cellarUrl = 'http://cellar.test:32400'
const attic = anOwnedServer()
const cellar = anOwnedServer({
  machineIdentifier: 'server-two',
  name: 'Cellar Box',
  connections: [aConnection({ url: cellarUrl })],
})

describe('otp login', () => {
  it('shows the link, waits, takes the only server and says what is in use now', async () => {
    const { otp, settings } = await aLogin({ owns: [attic], approveAfterMs: 5_000 })

    const { code, out, err } = await otp(['login'])

    expect({ code, err }).toEqual({
      code: 0,
      err:
        "Open this page, in a browser on any machine, and sign in with the account of the server's owner:\n" +
        'https://sign-in.test/#?code=code-700\n',
    })
    expect(out).toBe(
      'Signed in as owner.\nOTP guards Attic Box at http://attic.test:32400.\n' +
        'If OTP is running, start it anew, so that it uses this.\n',
    )
    expect(settings.written).toEqual(['token = token-of-owner', `url = ${atticUrl}`])
  })

  it('gives scripts one line, and the link beside it', async () => {
    const { otp } = await aLogin({ owns: [attic] })
    const { code, out, err } = await otp(['login', '--json'])

    expect(code).toBe(0)
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        account: { plexId: '9000', username: 'owner' },
        server: { machineIdentifier: 'server-one', name: 'Attic Box' },
        url: atticUrl,
      },
    ])
    expect(err).toContain('https://sign-in.test/')
    expect(out + err).not.toContain('token-of')
  })

  it.each([['cellar box'], ['server-two']])('takes the server that is asked for: %s', async (wanted) => {
    const { otp, settings } = await aLogin({ owns: [attic, cellar] })
    expect(await otp(['login', '--server', wanted])).toMatchObject({ code: 0 })
    expect(settings.written).toContain(`url = ${cellarUrl}`)
  })

  it('has whoever sits there pick one of several by its number', async () => {
    const answers = ['cellar', '7', '2']
    const questions: string[] = []
    const ask = async (question: string) => {
      questions.push(question)
      return answers.shift() ?? ''
    }
    const { otp, settings } = await aLogin({ owns: [attic, cellar], ask })

    const { code, err } = await otp(['login'])

    expect(code).toBe(0)
    expect(err).toContain(
      'This account owns several servers:\n  1  Attic Box (in use now)\n  2  Cellar Box\n',
    )
    expect(err).toContain('Type a number from 1 to 2.\nType a number from 1 to 2.\n')
    expect(questions).toHaveLength(3)
    expect(settings.written).toContain(`url = ${cellarUrl}`)
  })

  it('keeps the one in use on a bare Enter', async () => {
    const { otp, settings } = await aLogin({ owns: [cellar, attic], ask: async () => '' })
    expect(await otp(['login'])).toMatchObject({ code: 0 })
    expect(settings.written).toContain(`url = ${atticUrl}`)
  })

  it.each([
    ['nobody can be asked', ['login'], 'otp login --server NAME'],
    ['a script asks', ['login', '--json'], 'otp login --server NAME'],
    ['there is none of that name', ['login', '--server', 'Shed'], 'owns no server called "Shed"'],
  ])('says which servers there are when %s', async (_, words, said) => {
    const { otp, settings } = await aLogin({ owns: [attic, cellar] })
    const { code, out, err } = await otp(words)

    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain(said)
    expect(err).toMatch(/Attic Box.*Cellar Box/)
    expect(settings.written).toEqual(['token = token-of-owner'])
  })

  it('ends when nobody signs in', async () => {
    const { otp, settings } = await aLogin({ owns: [attic], approveAfterMs: 60 * minute })
    const { code, err } = await otp(['login'])

    expect(code).toBe(1)
    expect(err).toContain('Nobody signed in within the time')
    expect(settings.written).toEqual([])
  })

  it('outlives a plex.tv that is away or busy for a moment', async () => {
    const { otp, plex } = await aLogin({ owns: [attic], approveAfterMs: 5_000 })
    const errors = [new OtpError('plex_busy', 'Busy.'), new OtpError('plex_unreachable', 'Away.')]
    plex.failSome(errors)

    expect(await otp(['login'])).toMatchObject({ code: 0 })
  })

  it('leaves an address alone that comes from the environment', async () => {
    const { otp, settings } = await aLogin({ owns: [cellar, attic], fixedUrl: atticUrl })
    settings.fix('url', 'It comes from OTP_PLEX_URL.')

    expect(await otp(['login'])).toMatchObject({ code: 0, out: expect.stringContaining('guards Attic Box') })
    expect(settings.written).toEqual(['token = token-of-owner'])
  })

  it('makes no PIN where the token comes from the environment', async () => {
    const { otp, settings, plex } = await aLogin({ owns: [attic] })
    settings.fix('token', 'It comes from OTP_PLEX_TOKEN.')

    expect(await otp(['login'])).toEqual({ code: 1, out: '', err: 'It comes from OTP_PLEX_TOKEN.\n' })
    expect(plex.said).toEqual([])
  })

  it('says that it wrote the configuration', async () => {
    const { otp } = await aLogin({ owns: [attic], wroteConfig: true })
    expect((await otp(['login', '--config', '/somewhere/otp.toml'])).err).toContain(
      'There was no /somewhere/otp.toml, so it was written',
    )
  })
})

describe('otp test', () => {
  const good: Check = { check: 'server', outcome: 'good', found: 'The Plex server answers.' }
  const lacking: Check = { check: 'terminate', outcome: 'lacking', found: 'Streams cannot be ended.' }
  const bad: Check = { check: 'account', outcome: 'bad', found: 'plex.tv is away.', remedy: 'Try again.' }

  it('ends well when nothing is wrong, also where something is lacking', async () => {
    const otp = await sitAt({}, { own: { test: async () => [good, lacking] } })
    expect(await otp(['test'])).toEqual({
      code: 0,
      out: '✓ The Plex server answers.\n– Streams cannot be ended.\n',
      err: '',
    })
  })

  it('ends with 1 when a step failed, and says what to do', async () => {
    const otp = await sitAt({}, { own: { test: async () => [good, bad] } })
    expect(await otp(['test'])).toEqual({
      code: 1,
      out: '✓ The Plex server answers.\n✗ plex.tv is away.\n  Try again.\n',
      err: 'One step failed.\n',
    })
  })

  it('gives scripts one line', async () => {
    const otp = await sitAt({}, { own: { test: async () => [good, bad] } })
    const { code, out } = await otp(['test', '--json'])
    expect({ code, out: JSON.parse(out) }).toEqual({ code: 1, out: { ok: false, checks: [good, bad] } })
  })
})

describe('otp status', () => {
  it('says that the token is dead, and what to do', async () => {
    const reason = 'plex.tv does not accept the Plex token any more. Sign in again with "otp login".'
    const dead = await sitAt({ status: async () => aStatus({ account: { ok: false, reason } }) })
    const fine = await sitAt({ status: async () => aStatus({ account: { ok: true } }) })

    expect((await dead(['status'])).out).toContain(reason)
    expect((await fine(['status'])).out).not.toContain('token')
  })
})

describe('the program itself', () => {
  const runner = createTerminalRunner()
  afterAll(runner.remove)

  it('signs in without a configuration, and the connection is good after it', {
    timeout: 60_000,
  }, async () => {
    const { world, server, plexTv } = await aSingleServer()
    const env = { OTP_PLEX_ACCOUNT_URL: plexTv.url, OTP_STORE_URL: 'sqlite://data/otp.sqlite' }
    const before = await runner.otp(['test'], { ...env, OTP_PLEX_URL: server.url })
    expect(before).toMatchObject({ code: 1, out: expect.stringContaining('✗ plex.tv does not accept') })

    const login = runner.start(['login', '--json'], env)
    const [, code = ''] = await until('the link', () => /code=(\w+)/.exec(login.said.err), 20_000)
    world.approvePin(code, world.owner.username)

    const { code: ended, out, err } = await login.ended
    expect(err).toContain('so it was written')
    expect({ ended, out: JSON.parse(out) }).toEqual({
      ended: 0,
      out: {
        account: { plexId: String(world.owner.plexId), username: world.owner.username },
        server: { machineIdentifier: world.machineIdentifier, name: 'Attic Box' },
        url: server.url,
      },
    })
    expect(out + err).not.toContain(world.owner.token)
    const written = await readFile(join(runner.folder, 'config.toml'), 'utf8')
    expect(written).toContain(`\ntoken = "${world.owner.token}"\n`)
    expect(written).toContain(`\nurl = "${server.url}"\n`)

    const tested = await runner.otp(['test'], env)
    expect(tested).toMatchObject({ code: 0, err: '' })
    expect(tested.out.split('\n').filter((line) => line.startsWith('✓'))).toHaveLength(6)
    const identifiers = plexTv.journal.map((one) => one.headers['x-plex-client-identifier'])
    expect(new Set(identifiers.slice(1))).toHaveLength(1)

    world.people.killToken(world.owner.username)
    const dead = await runner.otp(['test'], env)
    expect(dead).toMatchObject({ code: 1, out: expect.stringContaining('Sign in with "otp login".') })
  })

  it('refuses to sign in where the token comes from the environment', { timeout: 30_000 }, async () => {
    const { plexTv } = await aSingleServer()
    await writeFile(join(runner.folder, 'with-token.toml'), '[plex]\ntoken = ""\n')

    const { code, err } = await runner.otp(['login', '--config', 'with-token.toml'], {
      OTP_PLEX_TOKEN: 'token-outside',
      OTP_PLEX_ACCOUNT_URL: plexTv.url,
    })
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('OTP_PLEX_TOKEN') })
    expect(plexTv.journal).toEqual([])
  })
})

/** A terminal where somebody signs in after a while, and whose clock needs no waiting. */
async function aLogin(options: {
  owns: (typeof attic)[]
  approveAfterMs?: number
  fixedUrl?: string
  wroteConfig?: boolean
  ask?: (question: string) => Promise<string>
}) {
  const { owns, approveAfterMs = 2_000, ask } = options
  const clock = createHurriedClock()
  const fake = createFakeSignIn(clock)
  const errors: OtpError[] = []
  const settings = createFakePlexSettings({ url: atticUrl, token: '' })
  fake.person('token-of-owner', anOwner(), owns)
  fake.use('token-of-owner')
  fake.stand(atticUrl)
  fake.stand(cellarUrl, 'server-two')

  const plexSignIn = {
    ...fake.port,
    async checkPin(id: string) {
      const error = errors.shift()
      if (error) throw error
      if (clock.now() >= evening + approveAfterMs) fake.approve(id, 'token-of-owner')
      if (clock.now() >= evening + 15 * minute) fake.forget(id)
      return fake.port.checkPin(id)
    },
  }
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const parts = { plexSignIn, plexSettings: settings.port, store: createMemoryStore(), clock, log }
  const here: SignInHere = {
    signIn: createSignIn({ ...parts, choosesServerNext: options.fixedUrl === undefined }),
    servers: createServerChoice(parts),
    fixedUrl: options.fixedUrl,
    wroteConfig: options.wroteConfig ?? false,
  }
  const otp = await sitAt({}, { own: { signIn: (_, work) => work(here) }, clock, ...(ask && { ask }) })
  return {
    otp,
    settings,
    plex: { said: fake.said, failSome: (some: OtpError[]) => void errors.push(...some) },
  }
}

/** Time passes as fast as somebody waits for it. */
function createHurriedClock(): Clock {
  let now = evening
  return { now: () => now, sleep, after: afterBy(sleep), async turn() {} }

  async function sleep(ms: number): Promise<void> {
    now += ms
  }
}
