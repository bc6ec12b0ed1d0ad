import { z } from 'zod'
import type { AssignAnswer, Assigned, Core, Doubt } from '../../core/api.js'
import { OtpError } from '../../core/errors.js'
import { refusals } from '../../core/messages/refusals.js'
import { assigned, assignment, assignmentStates, ended, extended, fences, scopes } from '../../wire/shapes.js'
import {
  count,
  cursor,
  discordUserId,
  expected,
  guestName,
  nothing,
  oneOf,
  ratingKey,
  recordId,
  text,
  yesOrNo,
} from '../fields.js'
import { onceForEach } from '../once-for-each.js'
import { endAll } from '../open-assignments.js'
import { presentAssigned, presentAssignment, presentEnded, presentExtended } from '../present.js'
import { list, one, type Route } from '../route.js'

const newLimits = z.strictObject({
  expires: expires(', or null').nullable().exactOptional(),
  plays: count(1000, ', or null').nullable().exactOptional(),
})

/** Lending and taking back. */
export function assignmentRoutes(core: Core): Route[] {
  const presented = onceForEach(presentAssignment)
  return [
    list({
      methods: ['GET'],
      path: '/assignments',
      summary: 'Assignments in all states, newest first',
      params: nothing,
      query: z.strictObject({
        state: oneOf(assignmentStates).exactOptional(),
        guest: guestName().exactOptional(),
        limit: count(100).exactOptional(),
        cursor: cursor().exactOptional(),
      }),
      body: nothing,
      answer: assignment,

      async run({ query }) {
        const { items, next } = await core.assignments(query)
        return { items: items.map(presented), next }
      },
    }),

    one({
      methods: ['POST'],
      path: '/assignments',
      summary: 'Let a guest watch one item',
      status: 201,
      params: nothing,
      query: nothing,
      body: z.strictObject({
        guest: guestName(),
        media: ratingKey(),
        discordUserId: discordUserId().exactOptional(),
        expires: expires().exactOptional(),
        plays: count(1000).exactOptional(),
        fence: oneOf(['auto', ...fences]).exactOptional(),
        scope: oneOf(scopes).exactOptional(),
        add: yesOrNo().exactOptional(),
        invite: yesOrNo().exactOptional(),
        ask: yesOrNo().exactOptional(),
      }),
      answer: assigned,

      async run({ body, by }) {
        const answer = await core.assign({ ask: false, ...body, media: `rk:${body.media}`, by })
        return presentAssigned(certain(answer))
      },
    }),

    one({
      methods: ['PATCH'],
      path: '/assignments',
      summary: 'Change the limits of the only open assignment of a guest',
      params: nothing,
      query: z.strictObject({ guest: guestName() }),
      body: newLimits,
      answer: extended,

      async run({ query, body, by }) {
        return presentExtended(await core.extend({ ...query, ...body, by }))
      },
    }),

    one({
      methods: ['DELETE'],
      path: '/assignments',
      summary: 'End every open assignment',
      params: nothing,
      query: z.strictObject({ confirm: expected('all') }),
      body: nothing,
      answer: ended,

      async run({ by }) {
        return presentEnded(await endAll(core, by))
      },
    }),

    one({
      methods: ['GET'],
      path: '/assignments/:id',
      summary: 'One assignment with its history',
      params: z.strictObject({ id: recordId() }),
      query: nothing,
      body: nothing,
      answer: assignment,

      async run({ params }) {
        return presentAssignment(await core.assignment(params.id))
      },
    }),

    one({
      methods: ['PATCH'],
      path: '/assignments/:id',
      summary: 'Change the limits of an open assignment; null lifts one',
      params: z.strictObject({ id: recordId() }),
      query: nothing,
      body: newLimits,
      answer: extended,

      async run({ params, body, by }) {
        return presentExtended(await core.extend({ ...params, ...body, by }))
      },
    }),

    one({
      methods: ['DELETE'],
      path: '/assignments/:id',
      summary: 'End one assignment and take back what it gave',
      params: z.strictObject({ id: recordId() }),
      query: z.strictObject({ reason: text('a reason', 300).exactOptional() }),
      body: nothing,
      answer: ended,

      async run({ params, query, by }) {
        return presentEnded(await core.endAssignment({ id: params.id, ...query, by }))
      },
    }),

    one({
      methods: ['POST'],
      path: '/request/add',
      summary: 'Let a guest watch one item (short form)',
      status: 201,
      params: nothing,
      query: z.strictObject({ plexpass: yesOrNo().exactOptional(), invite: yesOrNo().exactOptional() }),
      body: z.strictObject({ plexUsername: guestName(), ratingKey: ratingKey() }),
      answer: assigned,

      async run({ query: { plexpass, invite }, body, by }) {
        const answer = await core.assign({
          guest: body.plexUsername,
          media: `rk:${body.ratingKey}`,
          ...(plexpass && { fence: 'label' }),
          ...(invite !== undefined && { invite }),
          ask: false,
          by,
        })
        return presentAssigned(certain(answer))
      },
    }),

    one({
      methods: ['POST'],
      path: '/library/shared/new',
      summary: 'Let a guest watch one item in a library of their own (short form)',
      status: 201,
      params: nothing,
      query: nothing,
      body: z.strictObject({ plexUsername: guestName(), ratingKey: ratingKey() }),
      answer: assigned,

      async run({ body, by }) {
        const answer = await core.assign({
          guest: body.plexUsername,
          media: `rk:${body.ratingKey}`,
          fence: 'private',
          ask: false,
          by,
        })
        return presentAssigned(certain(answer))
      },
    }),

    one({
      methods: ['POST'],
      path: '/request/remove',
      summary: 'End all assignments of a guest (short form)',
      params: nothing,
      query: nothing,
      body: z.strictObject({ plexUsername: guestName(), reason: text('a reason', 300).exactOptional() }),
      answer: ended,

      async run({ body: { plexUsername, ...why }, by }) {
        return presentEnded(await core.unassign({ guest: plexUsername, ...why, by }))
      },
    }),
  ]
}

function expires(more = '') {
  return text(
    `a length of time such as 36h or 7d, words such as "friday 20:00", or an ISO-8601 instant${more}`,
    60,
  )
}

/** Whoever calls the API means it, unless they want to be asked: then they send the order again without that. */
function certain(answer: AssignAnswer): Assigned {
  if (answer.kind === 'assigned') return answer
  throw new OtpError('confirmation_needed', answer.doubts.map(doubtText).join(' '))
}

function doubtText(doubt: Doubt): string {
  switch (doubt.kind) {
    case 'will-invite':
      return refusals.wouldInvite(doubt.invitee)
    case 'everything-else-stops':
      return refusals.wouldStopElse(doubt.guest.username)
  }
}
