import { z } from 'zod'

/** `open`: takes it; `hang`: never answers; a number: refuses with this status and a web page, as a proxy does. */
const meeting = z.union([z.literal(['open', 'hang']), z.int().min(200).max(599)])

/** How the notifications of a simulated server go; tests and people set it as they like. */
export const pushShape = z.strictObject({
  /** How whoever wants to listen is met from now on, in either way. */
  websocket: meeting,
  sse: meeting,
  /**
   * `muted`: frames are kept back, pings and pongs go on; `dead`: not even those, as after a cable was pulled.
   * Holds for all connections, later ones too.
   */
  silence: z.enum(['none', 'muted', 'dead']),
  /** So many of the next frames are lost. */
  lose: z.int().min(0),
  /** `old` lists the reports under `_children`, without a container around. */
  form: z.enum(['new', 'old']),
  /** What else is in the frame of a report: nothing, or before it all other sessions. */
  with: z.enum(['nothing', 'others']),
  /** Whether the data of a server-sent event comes without its container. */
  events: z.enum(['bare', 'wrapped']),
  /** How often the server pings by itself; 0 = never. */
  pingMs: z.number().min(0),
})

export type Push = z.output<typeof pushShape>

export function usualPush(): Push {
  return {
    websocket: 'open',
    sse: 'open',
    silence: 'none',
    lose: 0,
    form: 'new',
    with: 'nothing',
    events: 'bare',
    pingMs: 10_000,
  }
}
