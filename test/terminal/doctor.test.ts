import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Finding } from '../../src/core/access/drift-findings.js'
import type { Core } from '../../src/core/api.js'
import { OtpError } from '../../src/core/errors.js'
import type { ServerReport } from '../../src/core/server-report.js'
import type { Check } from '../../src/core/sign-in/checks.js'
import { openStore } from '../../src/store/open.js'
import type { DoctorHere } from '../../src/terminal/verbs/doctor.js'
import { aMovie, anOwner } from '../support/builders.js'
import { sitAt } from './desk.js'
import { createTerminalRunner } from './otp.js'
import { aSimulatedPlex } from './simulated-plex.js'

const good: Check = { check: 'server', outcome: 'good', found: 'The Plex server answers.' }
const bad: Check = { check: 'server', outcome: 'bad', found: 'Nothing listens there.', remedy: 'Start it.' }
const guest = { plexId: '7001', username: 'friend' }
const stray: Finding = {
  kind: 'label',
  label: 'Otp-7001',
  media: aMovie(),
  guest,
  recorded: true,
  repairable: true,
}
const nowhere = { OTP_URL: 'http://127.0.0.1:1' }

describe('otp doctor', () => {
  it('asks the running service, and ends well when nothing is wrong', async () => {
    const { otp } = await aDesk({ checks: [good], findings: [] })
    expect(await otp(['doctor'])).toEqual({
      code: 0,
      out:
        '✓ The Plex server answers.\n' +
        '✓ OTP is running, so it is asked whether Plex shows what it should.\n' +
        '✓ Plex shows nothing of OTP that no pass explains, and no pass lacks anything.\n',
      err: '',
    })
  })

  it('ends with 1 for what has drifted, says what to do, and repairs nothing by itself', async () => {
    const { otp, asked } = await aDesk({ checks: [good], findings: [stray] })
    const { code, out, err } = await otp(['doctor'])

    expect({ code, err }).toEqual({ code: 1, err: 'One step failed.\n' })
    expect(out).toContain(
      '✗ Arrival (2016) has the label Otp-7001, that of friend, and no pass needs it.\n' +
        '  "otp doctor --repair" takes it away.\n',
    )
    expect(asked).toEqual(['service looks'])
  })

  it('has the running service repair, and ends well when nothing is left', async () => {
    const { otp, asked } = await aDesk({ checks: [good], findings: [stray] })
    const { code, out } = await otp(['doctor', '--repair'])

    expect(code).toBe(0)
    expect(out).toContain('✓ Repaired: Arrival (2016) has the label Otp-7001')
    expect(asked).toEqual(['service repairs for key:owner'])
  })

  it('looks and repairs from here where no service answers', async () => {
    const { otp, asked } = await aDesk({ checks: [good], findings: [stray] })

    expect(await otp(['doctor'], nowhere)).toMatchObject({
      code: 1,
      out: expect.stringContaining('– No running OTP answers, so what Plex shows is compared from here.'),
    })
    expect(await otp(['doctor', '--repair'], nowhere)).toMatchObject({ code: 0 })
    expect(asked).toEqual(['doctor looks', 'doctor repairs for terminal'])
  })

  it('ends with 1 for a step that failed, and compares nothing without Plex', async () => {
    const { otp, asked } = await aDesk({ checks: [bad], findings: [stray] })
    const { code, out, err } = await otp(['doctor', '--repair'], nowhere)

    expect({ code, err }).toEqual({ code: 1, err: 'One step failed.\n' })
    expect(out).toContain('✗ Nothing listens there.\n  Start it.\n')
    expect(out).toContain('– Whether Plex shows what it should could not be looked at.\n')
    expect(asked).toEqual([])
  })

  it('compares nothing where the configuration cannot be used', async () => {
    const own = {
      doctor: <T>(_: string, work: (here: DoctorHere) => Promise<T>) => work({ checks: async () => [bad] }),
    }
    const otp = await sitAt({}, { own })
    expect(await otp(['doctor'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('– Whether Plex shows what it should could not be looked at.'),
    })
  })

  it('does not go past a service that refuses the key', async () => {
    const { otp, asked } = await aDesk({ checks: [good], findings: [stray] })
    const { code, out } = await otp(['doctor', '--repair'], { OTP_API_KEY: 'another' })

    expect(code).toBe(1)
    expect(out).toMatch(/✗ .*A valid key is needed.*\n {2}Give --url and --key/)
    expect(asked).toEqual([])
  })

  it('says why the running service could not compare', async () => {
    const { otp } = await aDesk({
      checks: [good],
      findings: new OtpError('plex_unreachable', 'plex.tv is away.'),
    })
    expect(await otp(['doctor'])).toMatchObject({
      code: 1,
      out: expect.stringContaining(
        '✗ Whether Plex shows what it should could not be looked at: plex.tv is away.',
      ),
    })
  })

  it('gives scripts one object per line', async () => {
    const { otp } = await aDesk({ checks: [good], findings: [stray], passedOver: [guest] })
    const { out } = await otp(['doctor', '--json'], nowhere)
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))

    expect(lines).toMatchObject([
      good,
      { check: 'service', outcome: 'lacking' },
      {
        check: 'drift',
        outcome: 'bad',
        kind: 'label',
        repairable: true,
        guest,
        media: { ratingKey: '101' },
        remedy: expect.stringContaining('--repair'),
      },
      {
        check: 'drift',
        outcome: 'skipped',
        found: expect.stringContaining('Access of friend is being given'),
      },
    ])
  })
})

/** A doctor and a running service that find the same; `asked` says who did what. */
async function aDesk({
  checks,
  findings,
  passedOver = [],
}: {
  checks: Check[]
  findings: Finding[] | OtpError
  passedOver?: (typeof guest)[]
}) {
  const asked: string[] = []
  const found = Array.isArray(findings) ? findings : []
  const repaired = { repaired: found, left: [], passedOver }
  const core: Partial<Core> = {
    async server() {
      asked.push('service looks')
      return aReport(Array.isArray(findings) ? { findings, passedOver } : { reason: findings.message })
    },
    async repair({ by }) {
      asked.push(`service repairs for ${by}`)
      return repaired
    },
  }
  const here: DoctorHere = {
    checks: async () => checks,
    drift: {
      async look() {
        asked.push('doctor looks')
        return { findings: found, passedOver }
      },
      async repair(by) {
        asked.push(`doctor repairs for ${by}`)
        return repaired
      },
    },
  }
  const otp = await sitAt(core, { own: { doctor: (_, work) => work(here) } })
  return { otp, asked }
}

function aReport(drift: ServerReport['drift']): ServerReport {
  return { checks: [good], account: { ok: true, owner: anOwner() }, drift }
}

describe('the program itself', () => {
  const runner = createTerminalRunner()
  afterAll(runner.remove)
  const steps = (out: string) =>
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map((one: { check: string; outcome: string }) => `${one.check} ${one.outcome}`)

  it('looks at everything on a machine where nothing is set up yet, and makes nothing', {
    timeout: 30_000,
  }, async () => {
    const { code, out } = await runner.otp(['doctor', '--json'], {
      OTP_PLEX_URL: 'http://127.0.0.1:1',
      OTP_PLEX_ACCOUNT_URL: 'http://127.0.0.1:1',
    })

    expect(code).toBe(1)
    expect(steps(out)).toEqual([
      'config bad',
      'store lacking',
      'server bad',
      'token skipped',
      'account bad',
      'owner skipped',
      'terminate skipped',
      'restrict skipped',
      'identity skipped',
      'sections skipped',
      'sessions skipped',
      'private-root lacking',
      'discord lacking',
      'service lacking',
      'drift skipped',
    ])
    expect(existsSync(join(runner.folder, 'data'))).toBe(false)
    expect(existsSync(join(runner.folder, 'config.toml'))).toBe(false)
  })

  it('names every problem of the configuration and stops there', { timeout: 30_000 }, async () => {
    writeFileSync(join(runner.folder, 'bad.toml'), '[api]\nport = "x"\ncolour = 1\n')
    const { code, out } = await runner.otp(['doctor', '--config', 'bad.toml'])

    expect(code).toBe(1)
    expect(out.match(/^✗ /gm)).toHaveLength(3)
    expect(out).toContain('api.colour')
    expect(out).not.toContain('Plex server')
  })

  it('finds a household in order, and another server in the records', { timeout: 60_000 }, async () => {
    const { env, world } = await household()
    const first = await runner.otp(['doctor', '--json'], env)
    expect(first).toMatchObject({ code: 0, err: '' })
    expect(steps(first.out)).toEqual([
      'config good',
      'store lacking',
      ...['server', 'token', 'account', 'owner', 'terminate', 'restrict'].map((one) => `${one} good`),
      'identity good',
      'sections good',
      'sessions good',
      'private-root good',
      'discord lacking',
      'service lacking',
      'drift good',
    ])
    expect(first.out).not.toContain(world.owner.token)

    const store = await openStore(`sqlite://${join(runner.folder, 'other.sqlite')}`)
    const record = { name: 'server' as const, machineIdentifier: 'server-two' }
    await store.commit([{ kind: 'setting', id: 'server', record, unless: 'exists' }])
    await store.close()
    const second = await runner.otp(['doctor', '--json'], { ...env, OTP_STORE_URL: 'sqlite://other.sqlite' })
    expect(second.code).toBe(1)
    expect(steps(second.out)).toContain('identity bad')
    expect(steps(second.out)).toContain('store good')
  })

  it('tells a store that is none, and a folder that is missing', { timeout: 60_000 }, async () => {
    const { env } = await household()
    writeFileSync(
      join(runner.folder, 'broken.sqlite'),
      'This is a shopping list, and a long one at that.'.repeat(40),
    )
    const { code, out } = await runner.otp(['doctor', '--json'], {
      ...env,
      OTP_STORE_URL: 'sqlite://broken.sqlite',
      OTP_ACCESS_PRIVATE_ROOT: join(runner.folder, 'nowhere'),
    })

    expect(code).toBe(1)
    expect(steps(out)).toEqual(expect.arrayContaining(['store bad', 'private-root bad', 'drift skipped']))
  })

  it('lists a label that no record names, and leaves it', { timeout: 60_000 }, async () => {
    const { env, world, film } = await household()
    world.label(film, 'Otp-4711')

    const { code, out } = await runner.otp(['doctor', '--repair'], env)

    expect(code).toBe(1)
    expect(out).toContain('✗ Arrival (2016) has the label Otp-4711 and no pass needs it.')
    expect(world.labelsOf(film)).toEqual(['Otp-4711'])
  })

  /** A simulated Plex whose films are on this machine, and a folder for private libraries beside them. */
  async function household() {
    const disk = mkdtempSync(join(tmpdir(), 'otp-doctor-'))
    for (const name of ['films', 'private']) mkdirSync(join(disk, name))
    const { world, server, plexTv } = await aSimulatedPlex(({ catalogue }) => {
      for (const library of catalogue.libraries) library.folders = [join(disk, 'films')]
    })
    const { ratingKey: film } = world.addMovie({ title: 'Arrival', year: 2016, minutes: 116 })
    onTestFinished(() => rmSync(disk, { recursive: true }))
    const env = {
      OTP_PLEX_URL: server.url,
      OTP_PLEX_ACCOUNT_URL: plexTv.url,
      OTP_PLEX_TOKEN: world.owner.token,
      OTP_API_KEY: 'key-for-tests',
      OTP_API_PORT: '1',
      OTP_STORE_URL: 'sqlite://none.sqlite',
      OTP_ACCESS_PRIVATE_ROOT: join(disk, 'private'),
    }
    return { world, film, env }
  }
})
