import type { Notifier } from '../../../src/core/ports.js'
import type { Delivery, OutboxMessage } from '../../../src/core/telling/notices.js'

/** `lost`: the message is there, but whoever sent it never hears so. */
export type Mood = 'later' | 'blocked' | 'lost'

export interface Post {
  /** When it could first be read. */
  at: number
  /** As it reads now. */
  message: OutboxMessage
}

/**
 * Delivers like Discord: a message that comes again under its nonce is the same message, one that was delivered
 * is edited, and now and then something goes wrong.
 */
export function createMoodyDiscord(clock: { now(): number }) {
  const posts = new Map<string, Post>()
  const complaints: string[] = []
  let moods: Mood[] = []

  const notifier: Notifier = { deliver }
  return {
    notifier,
    posts: () => [...posts.values()],
    complaints,
    /** What becomes of the next deliveries. */
    next: (mood: Mood, times: number) => {
      moods.push(...Array.from({ length: times }, () => mood))
    },
    calm: () => {
      moods = []
    },
  }

  async function deliver(message: OutboxMessage): Promise<Delivery> {
    const mood = moods.shift()
    if (mood === 'blocked' && message.content.to === 'guest') return { kind: 'blocked', reason: 'closed' }
    if (mood === 'blocked' || mood === 'later') return { kind: 'later', reason: 'Discord is busy' }

    post(message)
    if (mood === 'lost') return { kind: 'later', reason: 'no answer came' }
    return { kind: 'delivered', message: { channelId: 'channel', messageId: `at Discord ${message.id}` } }
  }

  function post(message: OutboxMessage): void {
    const before = posts.get(message.id)
    if (message.delivered && !before) complaints.push(`message ${message.id} was edited before it was sent`)
    if (before && message.revision < before.message.revision) {
      complaints.push(`message ${message.id} went back from revision ${before.message.revision}`)
    }
    posts.set(message.id, { at: before?.at ?? clock.now(), message: structuredClone(message) })
  }
}
