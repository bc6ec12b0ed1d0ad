import { z } from 'zod'

/** What is known of plex.tv only vaguely, or changes: tests choose. */
export const behaviourShape = z.strictObject({
  /** What becomes of a restriction when the owner has no Plex Pass. */
  filtersWithoutPass: z.enum(['dropped', 'refused']),
  /** How long a share that was made, changed or removed is not seen in the lists; it takes effect at once. */
  showsAfterMs: z.number().min(0),
  /** The next invitation by name or e-mail address goes to this account, whoever was meant. */
  landsOn: z.string().optional(),
  /** How many requests are taken in a span of time; `retryAfter: false` leaves the header out. */
  rateLimit: z
    .strictObject({
      requests: z.int().min(0),
      perMs: z.number().positive(),
      retryAfter: z.boolean().optional(),
    })
    .optional(),
  /** Granting single items; `ignored` answers 200 and does nothing. */
  grants: z.enum(['works', 'gone', 'refused', 'ignored']),
  /** Whether each grant is an entry of its own, or all grants of one person are one entry. */
  sourcePer: z.enum(['grant', 'person']),
  /** Whether shares tell the settings of people whom no filter restricts. */
  sharingSettings: z.enum(['always', 'when restricted']),
  /** Filters in the attributes of `/api/users` are URL-encoded. */
  encodedAttributes: z.boolean(),
  /** What `PUT /api/v2/sharings` says about somebody who has not accepted yet. */
  settingsOfPending: z.union([z.literal('work'), z.literal(404), z.literal(422)]),
  /** `POST /api/v2/shared_servers`: some were told 404 with code 1002. */
  v2Invitations: z.enum(['work', 'gone']),
  /** `DELETE /api/v2/shared_servers`: some were told 405. */
  v2Removal: z.enum(['works', 'refused']),
  /** Whether the older route to remove a share cancels an invitation too. */
  v1Cancelling: z.union([z.literal('works'), z.literal(404), z.literal(405)]),
  /** New libraries for an invitation that is not accepted yet: answered 200 either way. */
  pendingSections: z.enum(['kept', 'changed']),
  /** Whether the lists forget a share that was removed, or keep it with a date. */
  removedShares: z.enum(['gone', 'dated']),
  /** `POST /api/users/validate`. */
  validation: z.union([z.literal('works'), z.literal(404), z.literal(410)]),
  /** What a PIN that has run out says: an error with 404, or 200 without a token. */
  expiredPin: z.enum(['errors', 'null token']),
})

export type SimBehaviour = z.output<typeof behaviourShape>

export function usualBehaviour(): SimBehaviour {
  return {
    filtersWithoutPass: 'dropped',
    showsAfterMs: 0,
    grants: 'works',
    sourcePer: 'grant',
    sharingSettings: 'always',
    encodedAttributes: false,
    settingsOfPending: 'work',
    v2Invitations: 'work',
    v2Removal: 'works',
    v1Cancelling: 'works',
    pendingSections: 'kept',
    removedShares: 'gone',
    validation: 'works',
    expiredPin: 'errors',
  }
}
