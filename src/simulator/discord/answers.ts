/** What a route answers with. */
export interface Answer {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

/** A tree of complaints about a form, in Discord's own shape. */
export type FormErrors = Record<string, unknown>

export function ok(body: unknown): Answer {
  return { status: 200, body }
}

/** Done, and nothing to say about it. */
export const noContent: Answer = { status: 204 }

/** A refusal in Discord's shape. */
export function refuse(status: number, code: number, message: string, errors?: FormErrors): Answer {
  return { status, body: { message, code, ...(errors && { errors }) } }
}

export const refusals = {
  unauthorized: refuse(401, 0, '401: Unauthorized'),
  noRoute: refuse(404, 0, '404: Not Found'),
  unknownChannel: refuse(404, 10003, 'Unknown Channel'),
  unknownGuild: refuse(404, 10004, 'Unknown Guild'),
  unknownMember: refuse(404, 10007, 'Unknown Member'),
  unknownMessage: refuse(404, 10008, 'Unknown Message'),
  unknownUser: refuse(404, 10013, 'Unknown User'),
  unknownWebhook: refuse(404, 10015, 'Unknown Webhook'),
  unknownInteraction: refuse(404, 10062, 'Unknown interaction'),
  alreadyAcknowledged: refuse(400, 40060, 'Interaction has already been acknowledged.'),
  emptyMessage: refuse(400, 50006, 'Cannot send an empty message'),
  closedDms: refuse(403, 50007, 'Cannot send messages to this user'),
  noMutualGuilds: refuse(403, 50278, 'Cannot send messages to this user due to having no mutual guilds'),
  missingAccess: refuse(403, 50001, 'Missing Access'),
  missingPermissions: refuse(403, 50013, 'Missing Permissions'),
  webhookTokenExpired: refuse(401, 50027, 'Invalid Webhook Token'),
  wrongAcknowledgement: refuse(400, 50035, 'Invalid Form Body', {
    type: complaint('BASE_TYPE_CHOICES', 'This kind of answer does not fit the interaction.'),
  }),
}

/** A leaf of the form errors. */
export function complaint(code: string, message: string): FormErrors {
  return { _errors: [{ code, message }] }
}

/** 429 with the headers that the real service sends; the library reads nothing but them. */
export function rateLimited(retryAfterS: number, global = false): Answer {
  return {
    status: 429,
    headers: {
      'retry-after': String(retryAfterS),
      'x-ratelimit-scope': global ? 'global' : 'user',
      ...(global && { 'x-ratelimit-global': 'true' }),
    },
    body: { message: 'You are being rate limited.', retry_after: retryAfterS, global },
  }
}
