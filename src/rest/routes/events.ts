import { z } from 'zod'
import { type EventName, eventNames } from '../../core/events/event.js'
import { english } from '../../core/messages/english.js'
import { event } from '../../wire/event.js'
import { nothing } from '../fields.js'
import type { Route } from '../route.js'

/** What whoever opens the stream may ask for. */
export const eventQuery = z.strictObject({
  lastEventId: eventId().exactOptional(),
  events: names().exactOptional(),
})

/** The stream of everything that happens. */
export function eventRoutes(): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/events',
      summary: 'Everything that happens, as server-sent events; goes on after `Last-Event-ID`',
      status: 200,
      scope: 'read',
      keepsAnswer: false,
      schemas: { params: nothing, query: eventQuery, body: nothing, answer: event },
      kind: 'stream',
      handle: () => Promise.reject(new Error('A stream has no single answer')),
    },
  ]
}

function eventId() {
  return z.string().regex(/^\d{1,20}$/, { error: 'the id of an event, digits as they came' })
}

function names() {
  const expected = english.events.wrongName(eventNames.join(', '))
  return z
    .string({ error: expected })
    .max(1_000, { error: expected })
    .transform((text) => text.split(',').map((one) => one.trim()))
    .refine((list): list is EventName[] => list.every(isEventName), { error: expected })
    .describe(expected)
}

function isEventName(text: string): text is EventName {
  return (eventNames as readonly string[]).includes(text)
}
