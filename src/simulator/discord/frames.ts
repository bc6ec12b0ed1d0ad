import { z } from 'zod'
import type { World } from './world.js'

const framesWithin = { most: 120, ms: 60_000 }
const presencesWithin = { most: 5, ms: 20_000 }

const Presence = z.looseObject({
  status: z.enum(['online', 'idle', 'dnd', 'invisible', 'offline']),
  activities: z.array(z.looseObject({ name: z.string(), type: z.number(), state: z.string().nullish() })),
})

/** What one connection sends, counted as Discord counts it; a client that sends too much is put out. */
export function createFrames(world: World) {
  let frames: number[] = []
  let presences: number[] = []

  return { isTooMany, presence }

  function isTooMany(now: number): boolean {
    frames = [...frames.filter((at) => now - at < framesWithin.ms), now]
    return frames.length > framesWithin.most && noted('more than 120 frames within a minute')
  }

  /** Shows it; false when it cannot be read or comes too often. */
  function presence(data: unknown, now: number): boolean {
    const wanted = Presence.safeParse(data)
    if (!wanted.success) return false
    presences = [...presences.filter((at) => now - at < presencesWithin.ms), now]
    if (presences.length > presencesWithin.most) return !noted('more than 5 presences within 20 seconds')

    const [activity] = wanted.data.activities
    world.presences.push(activity?.state ?? activity?.name ?? '')
    return true
  }

  function noted(what: string): true {
    world.violations.push(what)
    return true
  }
}
