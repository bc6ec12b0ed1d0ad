import { OtpError } from '../core/errors.js'
import { signIn as words } from '../core/messages/sign-in.js'
import type { PlexSetting, PlexSettings } from '../core/ports.js'
import type { Origins } from './problems.js'
import { type Config, fields } from './schema.js'
import { writeKeys } from './write-key.js'

/** `[plex] url` and `token`: what stands in the configuration at the start, and what is changed while OTP runs. */
export function createPlexSettings(needs: {
  plex: Pick<Config['plex'], PlexSetting>
  /** Without one, nothing can be changed. */
  file?: string
  /** Values that came from elsewhere than the file, by key: `plex.token`. */
  origins?: Origins
}): PlexSettings {
  const { file, origins } = needs
  const values: Record<PlexSetting, string> = { url: needs.plex.url, token: needs.plex.token }
  let lastWrite: Promise<void> = Promise.resolve()

  return { value: (setting) => values[setting], fixed, change }

  function fixed(setting: PlexSetting): string | undefined {
    const origin = origins?.get(`plex.${setting}`)
    if (origin !== undefined) return words.fixedByEnvironment(`[plex] ${setting}`, origin)
    return file === undefined ? words.noFile(`[plex] ${setting}`) : undefined
  }

  /** One after the other: each reads the whole file and writes it anew. */
  function change(setting: PlexSetting, value: string): Promise<void> {
    const write = async () => changeNow(setting, value)
    const mine = lastWrite.then(write, write)
    lastWrite = mine
    return mine
  }

  async function changeNow(setting: PlexSetting, value: string): Promise<void> {
    const obstacle = fixed(setting)
    if (obstacle !== undefined || file === undefined) {
      throw new OtpError('conflict', obstacle ?? words.noFile(`[plex] ${setting}`))
    }
    if (!isValid(setting, value)) throw new OtpError('conflict', words.notASetting(`[plex] ${setting}`))

    await writeKeys({ file, section: 'plex', values: { [setting]: value } })
    values[setting] = value
  }
}

/** What OTP writes must be what it reads at the next start. */
function isValid(setting: PlexSetting, value: string): boolean {
  return value !== '' && fields.get(`plex.${setting}`)?.schema.safeParse(value).data === value
}
