import type { Route, SimAnswer, SimRequest } from './http.js'
import { htmlAnswer } from './http-answers.js'
import { labelEdit } from './labels.js'
import { itemTypes } from './library-routes.js'
import { container, libraryTree } from './server-answers.js'
import type { PlexWorld } from './world.js'

const done: SimAnswer = { status: 200, type: 'text/html', body: '' }
const notFound = htmlAnswer(404, 'Not Found')
const badRequest = htmlAnswer(400, 'Bad Request')

type Named = Parameters<Route>[1]

/** What only the owner may do with the libraries: make, scan and remove them, and label what is in them. */
export function ownerRoutes(world: PlexWorld): Record<string, Route> {
  const { catalogue, labels, shelves, server } = world

  return {
    'POST /library/sections': createLibrary,
    'POST /library/sections/all': createLibrary,
    'DELETE /library/sections/:key': removeLibrary,
    'GET /library/sections/:key/refresh': scan,
    'POST /library/sections/:key/refresh': scan,
    'GET /library/sections/:key/label': labelsInUse,
    'PUT /library/sections/:key/all': editLabels,
  }

  function createLibrary(request: SimRequest): SimAnswer {
    const library = shelves.create(request.query)
    if (!library) return badRequest

    const empty = { ...done, status: server.createdStatus }
    if (server.createdBody === 'empty') return empty
    const told = container(world, request, { size: 1, Directory: [libraryTree(library)] })
    return { ...told, status: server.createdStatus }
  }

  /** Takes the library away and never its files. */
  function removeLibrary(_request: SimRequest, { key = '' }: Named): SimAnswer {
    if (!catalogue.library(key)) return notFound
    catalogue.removeLibrary(key)
    return done
  }

  function scan(_request: SimRequest, { key = '' }: Named): SimAnswer {
    const library = catalogue.library(key)
    if (!library) return notFound
    shelves.scan(library)
    return done
  }

  function labelsInUse(request: SimRequest, { key = '' }: Named): SimAnswer {
    const library = catalogue.library(key)
    if (!library) return notFound

    const type = itemTypes[request.query.get('type') ?? ''] ?? (library.type === 'show' ? 'show' : 'movie')
    const found = labels.inUse(catalogue.itemsIn(key, type).map((item) => item.ratingKey))
    return container(world, request, {
      size: found.length,
      Directory: found.map(({ id, tag }) => ({
        key: String(id),
        title: tag,
        fastKey: `/library/sections/${key}/all?label=${id}`,
      })),
    })
  }

  function editLabels({ query }: SimRequest, { key = '' }: Named): SimAnswer {
    const item = catalogue.item(query.get('id') ?? '')
    if (!item || !catalogue.library(key)) return notFound

    const edit = labelEdit(query)
    const isConsistent = item.type === itemTypes[query.get('type') ?? ''] && item.libraryKey === key
    if (!edit || !isConsistent) return badRequest

    const { ratingKey } = item
    if (edit.set.length > 0) labels[server.labelWrites === 'replace' ? 'set' : 'add'](ratingKey, edit.set)
    labels.remove(ratingKey, edit.remove)
    if (edit.locked !== undefined) labels.lock(ratingKey, edit.locked)
    return done
  }
}
