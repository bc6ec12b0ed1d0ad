/** What Plex answered to one question of the probe; nothing in it says whose server it is. */
export interface Probed {
  name: string
  wonders: string
  /** Without the parts that are ids. */
  asked: string
  status?: number
  contentType?: string
  tookMs?: number
  /** What the answer is made of, without its values. */
  shape?: unknown
  /** Why there is no answer. */
  trouble?: string
}
