import { z } from 'zod'
import type { Core } from '../../core/api.js'
import { friend, invitation, monitoredGuest, withdrawnInvitation } from '../../wire/shapes.js'
import { count, cursor, discordUserId, guestName, nothing, recordId, text, yesOrNo } from '../fields.js'
import { openAssignments } from '../open-assignments.js'
import { presentFriend, presentGuest, presentInvitation } from '../present.js'
import { list, one, type Route } from '../route.js'

/** Who is, was or may become a guest. */
export function guestRoutes(core: Core): Route[] {
  return [
    list({
      methods: ['GET'],
      path: '/guests',
      summary: 'Accounts under the watch of OTP, with their open assignments',
      params: nothing,
      query: nothing,
      body: nothing,
      answer: monitoredGuest,

      async run() {
        const [guests, open] = await Promise.all([core.guests(), openAssignments(core)])
        return { items: guests.map((guest) => presentGuest(guest, open)), next: null }
      },
    }),

    one({
      methods: ['GET'],
      path: '/guests/:id',
      summary: 'One guest, watched or released, by Plex id, username or e-mail address',
      params: z.strictObject({ id: guestName() }),
      query: nothing,
      body: nothing,
      answer: monitoredGuest,

      async run({ params }) {
        return presentGuest(await core.guest(params.id), await openAssignments(core))
      },
    }),

    list({
      methods: ['GET'],
      path: '/friends',
      summary: "Accounts connected to the owner's at plex.tv",
      params: nothing,
      query: nothing,
      body: nothing,
      answer: friend,

      async run() {
        return { items: (await core.friends()).map(presentFriend), next: null }
      },
    }),

    list({
      methods: ['GET'],
      path: '/invitations',
      summary: 'Invitations that OTP has sent, newest first',
      params: nothing,
      query: z.strictObject({ limit: count(100).exactOptional(), cursor: cursor().exactOptional() }),
      body: nothing,
      answer: invitation,

      async run({ query }) {
        const { items, next } = await core.invitations(query)
        return { items: items.map(presentInvitation), next }
      },
    }),

    one({
      methods: ['POST'],
      path: '/invitations',
      summary: 'Give somebody standing access to one library; it makes nobody a guest',
      status: 201,
      params: nothing,
      query: nothing,
      body: z.strictObject({
        invitee: guestName(),
        library: text('the title or the key of a library', 200),
        discordUserId: discordUserId().exactOptional(),
        ask: yesOrNo().exactOptional(),
      }),
      answer: invitation,

      async run({ body, by }) {
        return presentInvitation(await core.invite({ ...body, by }))
      },
    }),

    one({
      methods: ['DELETE'],
      path: '/invitations/:id',
      summary: 'Take standing access back, or the invitation to it; what it did not give stays',
      params: z.strictObject({ id: recordId() }),
      query: nothing,
      body: nothing,
      answer: withdrawnInvitation,

      async run({ params, by }) {
        const { invitation: withdrawn, access } = await core.withdrawInvitation({ ...params, by })
        return { ...presentInvitation(withdrawn), access }
      },
    }),
  ]
}
