import type { SimItem, SimLibrary } from './catalogue.js'
import type { Tree } from './http-answers.js'
import type { SimSession } from './players.js'
import type { PlexWorld } from './world.js'

/** A library as `/library/sections` lists it. */
export function libraryTree(library: SimLibrary): Tree {
  return {
    key: library.key,
    type: library.type,
    title: library.title,
    uuid: `sim-library-${library.key}`,
    language: 'en-US',
    refreshing: false,
    hidden: 0,
    Location: [{ id: Number(library.key), path: `/media/${library.title.toLowerCase()}` }],
  }
}

/** An item with the titles of what it belongs to. */
export function itemTree(world: PlexWorld, item: SimItem): Tree {
  const parent = item.parentRatingKey === undefined ? undefined : world.catalogue.item(item.parentRatingKey)
  const grandparent =
    item.grandparentRatingKey === undefined ? undefined : world.catalogue.item(item.grandparentRatingKey)
  const library = world.catalogue.libraries.find((one) => one.key === item.libraryKey)
  const holdsOthers = item.type === 'show' || item.type === 'season'

  return {
    ratingKey: item.ratingKey,
    key: `/library/metadata/${item.ratingKey}${holdsOthers ? '/children' : ''}`,
    guid: item.guid,
    type: item.type,
    title: item.title,
    year: item.year,
    index: item.index,
    duration: item.durationMs,
    parentRatingKey: item.parentRatingKey,
    parentTitle: parent?.title,
    parentIndex: parent?.index,
    grandparentRatingKey: item.grandparentRatingKey,
    grandparentTitle: grandparent?.title,
    grandparentGuid: grandparent?.guid,
    librarySectionID: Number(item.libraryKey),
    librarySectionTitle: library?.title,
    librarySectionKey: `/library/sections/${item.libraryKey}`,
    thumb: `/library/metadata/${item.ratingKey}/thumb/1930000000`,
    ...(!holdsOthers && { Media: [{ id: 9000 + Number(item.ratingKey), container: 'mkv' }] }),
  }
}

/** A session as `/status/sessions` lists it. */
export function sessionTree(world: PlexWorld, session: SimSession): Tree {
  const { device, who } = session
  const item = world.catalogue.item(session.ratingKey)
  const userId = who === world.owner ? '1' : String(who.plexId)

  return {
    sessionKey: session.sessionKey,
    ...(item ? itemTree(world, item) : { ratingKey: session.ratingKey }),
    viewOffset: session.viewOffset,
    User: { id: userId, title: who.username, thumb: `https://plex.tv/users/${who.plexId}/avatar` },
    Player: {
      address: '198.51.100.77',
      machineIdentifier: device.machineIdentifier,
      product: device.product,
      device: device.device,
      platform: device.platform,
      title: device.title,
      state: session.state,
      local: false,
      userID: Number(userId),
    },
    ...(session.id !== undefined && { Session: { id: session.id, bandwidth: 4120, location: 'wan' } }),
    ...(session.transcodeKey !== undefined && {
      TranscodeSession: { key: session.transcodeKey, progress: 23.4, videoDecision: 'transcode' },
    }),
  }
}
