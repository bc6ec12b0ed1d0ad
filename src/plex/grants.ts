import { OtpError } from '../core/errors.js'
import type { ItemGrant } from '../core/model.js'
import type { PlexAccount } from '../core/ports.js'
import { errorFor, isDeadRoute, type PlexAnswer } from './answer.js'
import type { PlexHttp } from './http.js'
import { accountNumber } from './parse-account.js'
import { addressOf, parseGrants } from './parse-grants.js'

type Granting = Parameters<PlexAccount['grantItem']>[0]

/** Items granted one by one. Plex documents none of this; what is known of it are traces of its own apps. */
export function createGrants(plexTv: PlexHttp): Pick<PlexAccount, 'grants' | 'grantItem' | 'removeGrant'> {
  return { grants, grantItem, removeGrant }

  async function grants(): Promise<ItemGrant[]> {
    const answer = await plexTv.ask({
      method: 'GET',
      path: '/api/v2/shared_sources/owned',
      query: { includeItems: 'true' },
    })
    if (answer.kind === 'done') return parseGrants(answer.data)
    throw refusal(answer)
  }

  async function grantItem({ machineIdentifier, plexId, ratingKey }: Granting): Promise<void> {
    const uri = addressOf(machineIdentifier, ratingKey)
    const invitedId = accountNumber(plexId)
    let answer = await plexTv.ask({
      method: 'POST',
      path: '/api/v2/shared_items',
      body: { items: [{ uri }], invitedId },
    })
    if (isDeadRoute(answer)) {
      answer = await plexTv.ask({
        method: 'POST',
        path: '/api/v2/shared_sources',
        query: { invitedId: String(invitedId), items: uri },
      })
    }
    if (answer.kind !== 'done') throw refusal(answer)
  }

  async function removeGrant(grantId: string): Promise<void> {
    const path = `/api/v2/shared_sources/${encodeURIComponent(grantId)}`
    const answer = await plexTv.ask({ method: 'DELETE', path })
    const isGone = answer.kind === 'refused' && answer.status === 404
    if (answer.kind !== 'done' && !isGone) throw refusal(answer)
  }

  function refusal(answer: Exclude<PlexAnswer, { kind: 'done' }>): OtpError {
    if (!isDeadRoute(answer)) return errorFor(answer, plexTv.name)
    return new OtpError(
      'plex_refused',
      'plex.tv does not offer to grant single items any more. Use another fence, such as "library".',
    )
  }
}
