import type { MediaItem } from '../core/model.js'
import type { PictureHttp } from './http.js'
import { itemPath } from './items.js'

/** How long a poster is waited for: whatever it goes with must not wait for it. */
const patienceMs = 1_500
const mostBytes = 1024 * 1024
const size = { width: '240', height: '360', minSize: '1', upscale: '1' }

/** Small posters, as JPEG or PNG. The server makes them of the picture that the item has. */
export interface Posters {
  /** Undefined when there is none, or none soon. Never throws. */
  poster(item: MediaItem): Promise<Uint8Array | undefined>
}

export function createPosters(http: PictureHttp): Posters {
  return { poster }

  /** An episode shows the poster of its show, which people know. */
  async function poster(item: MediaItem): Promise<Uint8Array | undefined> {
    const key = item.grandparentRatingKey ?? item.ratingKey
    if (key === '') return undefined

    const url = `${itemPath(key)}/thumb`
    return http.bytes('/photo/:/transcode', { query: { url, ...size }, patienceMs, mostBytes })
  }
}
