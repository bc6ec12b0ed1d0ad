import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { lookAtRoot } from '../../src/files/root-look.js'

/** A folder on another file system than the one for temporary files, where this machine has one. */
const apart = '/dev/shm'

function aDisk(under = tmpdir()): string {
  const disk = mkdtempSync(join(under, 'otp-look-'))
  onTestFinished(() => {
    chmodSync(disk, 0o700)
    rmSync(disk, { recursive: true })
  })
  return disk
}

describe('the folder for private libraries', () => {
  it('can be used beside folders of the same disk, and nothing is written to see it', async () => {
    const disk = aDisk()
    for (const name of ['private', 'films']) mkdirSync(join(disk, name))

    expect(await lookAtRoot(join(disk, 'private'), [join(disk, 'films')])).toEqual({
      kind: 'usable',
      unseen: [],
      apart: [],
    })
    expect(readdirSync(join(disk, 'private'))).toEqual([])
  })

  it('may be missing, or no folder', async () => {
    const disk = aDisk()
    writeFileSync(join(disk, 'file'), '')
    expect(await lookAtRoot(join(disk, 'nothing'), [])).toEqual({ kind: 'missing' })
    expect(await lookAtRoot(join(disk, 'file'), [])).toEqual({ kind: 'no-folder' })
    expect(await lookAtRoot(join(disk, 'file', 'below'), [])).toEqual({ kind: 'missing' })
  })

  it('tells which folders of libraries are not on this machine', async () => {
    const disk = aDisk()
    const elsewhere = join(disk, 'on-the-nas')
    expect(await lookAtRoot(disk, [elsewhere, disk])).toEqual({
      kind: 'usable',
      unseen: [elsewhere],
      apart: [],
    })
  })

  it.skipIf(process.getuid?.() === 0)('may be closed to whoever runs OTP', async () => {
    const disk = aDisk()
    chmodSync(disk, 0o500)
    expect(await lookAtRoot(disk, [])).toMatchObject({
      kind: 'not-writable',
      user: expect.stringContaining('uid'),
    })
  })

  it.skipIf(process.platform !== 'linux' || !existsSync('/proc/version'))(
    'may be on a file system that nobody writes to',
    async () => {
      expect(await lookAtRoot('/proc/self', [])).toMatchObject({ kind: 'not-writable' })
    },
  )

  it.skipIf(!existsSync(apart))('tells which folders are on another file system', async () => {
    const [disk, films] = [aDisk(), aDisk(apart)]
    expect(await lookAtRoot(disk, [films, disk])).toEqual({ kind: 'usable', unseen: [], apart: [films] })
  })
})
