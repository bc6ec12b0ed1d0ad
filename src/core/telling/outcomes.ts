import type { DeliveredMessage, Delivery, OutboxMessage } from './notices.js'

const firstRetryMs = 1_000
const longestRetryMs = 60_000
/** Where nothing may be said, asking often gets a program locked out altogether. */
const firstBarredMs = 60_000
const longestBarredMs = 5 * 60_000

/** A message after an attempt to deliver it as it was `sent`; meanwhile it may have changed. */
export function afterDelivery(
  current: OutboxMessage,
  sent: OutboxMessage,
  delivery: Delivery,
  now: number,
): OutboxMessage {
  const attempts = current.attempts + 1

  switch (delivery.kind) {
    case 'delivered': {
      // What was there from an earlier attempt shows at most what was first written.
      const revision = delivery.fromBefore && !sent.delivered ? Math.min(1, sent.revision) : sent.revision
      return delivered({ ...current, attempts: 0 }, revision, delivery.message, now)
    }
    case 'blocked':
    case 'impossible':
      return { ...current, attempts, status: 'undeliverable', reason: delivery.reason }
    case 'later':
      return {
        ...current,
        ...unsure(current, delivery.unsureSince),
        // Whoever was asked to wait has sent nothing that could be there already.
        attempts: delivery.afterMs === undefined ? attempts : current.attempts,
        nextTryAt: now + waitAfter(sent, delivery),
        reason: delivery.reason,
      }
    case 'barred':
      return { ...current, attempts, reason: delivery.reason }
  }
}

/** The first attempt that nobody knows the outcome of counts. */
function unsure({ unsureSince: before }: OutboxMessage, since: number | undefined): { unsureSince?: number } {
  const first = before ?? since
  return first === undefined ? {} : { unsureSince: first }
}

/** How long nothing else is tried for the same recipient. */
export function waitAfter({ attempts }: OutboxMessage, delivery: Delivery): number {
  switch (delivery.kind) {
    case 'later':
      return delivery.afterMs ?? Math.min(longestRetryMs, firstRetryMs * 2 ** attempts)
    case 'barred':
      return Math.min(longestBarredMs, firstBarredMs * 2 ** attempts)
    case 'delivered':
    case 'blocked':
    case 'impossible':
      return 0
  }
}

function delivered(
  current: OutboxMessage,
  revision: number,
  message: DeliveredMessage,
  now: number,
): OutboxMessage {
  const { reason: _, unsureSince: __, ...rest } = current
  const upToDate = current.revision <= revision
  return {
    ...rest,
    delivered: message,
    deliveredRevision: revision,
    status: upToDate ? 'delivered' : 'due',
    nextTryAt: now,
  }
}
