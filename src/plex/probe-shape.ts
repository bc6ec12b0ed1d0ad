/** What is left of a value when everything that says anything about anybody is taken out of it. */
export type Shape = string | Shape[] | { [key: string]: Shape }

/** Their values are the same few words for everybody, and just what is wanted of them. */
const telling = new Set([
  ...[
    'type',
    'subtype',
    'state',
    'status',
    'live',
    'local',
    'relay',
    'location',
    'secure',
    'protocol',
    'code',
  ],
  ...['version', 'platform', 'platformVersion', 'product', 'provides', 'ownerFeatures', 'size', 'totalSize'],
  ...[
    'claimed',
    'allowSharing',
    'allowSync',
    'eventStream',
    'myPlexSigninState',
    'myPlexSubscription',
    'plan',
  ],
  ...[
    'videoDecision',
    'audioDecision',
    'home',
    'guest',
    'restricted',
    'protected',
    'pending',
    'owned',
    'active',
  ],
  ...['allLibraries', 'shared', 'viewedAt>', 'transcodeHwRequested', 'remote', 'relayed', 'accountID'],
])
/** A sentence may name somebody, and a long number is an id or as good as one. */
const harmless = /^(?!\d{7})[\w.,:-]{0,60}$/
/** Names of programs, which have spaces. */
const programs = new Set(['product', 'platform'])
const harmlessName = /^[\w.,+() -]{0,40}$/
const mostFeatures = 2_000
/** Names of fields, which Plex has made up; others may be names of people or ids. */
const fieldName = /^[A-Za-z][\w:.-]{0,40}$/
const deepest = 12

/** The shape of an answer: names of fields and kinds of values, lists as one entry that stands for all. */
export function shapeOf(value: unknown, name = '', depth = 0): Shape {
  if (depth > deepest) return 'deeper'
  if (Array.isArray(value)) {
    const shapes = value.map((one: unknown) => shapeOf(one, name, depth + 1))
    return shapes.length === 0 ? 'empty list' : [shapes.reduce(merged)]
  }
  if (typeof value === 'object' && value !== null) return fieldsOf(value, depth)
  return telling.has(name) ? told(name, value) : kindOf(value)
}

function fieldsOf(value: object, depth: number): Shape {
  const fields: { [key: string]: Shape } = {}
  for (const [key, inside] of Object.entries(value)) {
    const name = fieldName.test(key) ? key : '(name)'
    const shape = shapeOf(inside, name, depth + 1)
    fields[name] = Object.hasOwn(fields, name) ? merged(fields[name] ?? shape, shape) : shape
  }
  return fields
}

function told(name: string, value: unknown): string {
  const text = String(value)
  const isFeatures = name === 'ownerFeatures' && /^[\w,-]*$/.test(text) && text.length <= mostFeatures
  // An id of an account tells who it is; that the owner is 1 does not.
  const isShort = name !== 'accountID' || text.length < 3
  const isHarmless = (programs.has(name) ? harmlessName : harmless).test(text)
  const isTold = isFeatures || (isHarmless && isShort)
  return isTold ? `${kindOf(value)} ${JSON.stringify(text)}` : kindOf(value)
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'string') return typeof value
  if (value === '') return 'empty text'
  if (/^\d+$/.test(value)) return `digits as text`
  if (/^(true|false)$/.test(value)) return 'true or false as text'
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return 'time as text'
  if (/^[a-z][\w+.-]*:\/\//i.test(value)) return 'address as text'
  return value.startsWith('/') ? 'path as text' : 'text'
}

/** Whatever two entries of a list have, so that a field that only one has is seen. */
function merged(one: Shape, other: Shape): Shape {
  if (Array.isArray(one) && Array.isArray(other)) return [mergedAll([...one, ...other])]
  if (isFields(one) && isFields(other)) {
    const names = new Set([...Object.keys(one), ...Object.keys(other)])
    return Object.fromEntries([...names].map((name) => [name, mergedField(one[name], other[name])]))
  }
  const kinds = [one, other].map((shape) => (typeof shape === 'string' ? shape : 'fields or a list'))
  return [...new Set(kinds.flatMap((kind) => kind.split(' | ')))].sort().join(' | ')
}

function mergedAll(shapes: readonly Shape[]): Shape {
  return shapes.reduce(merged)
}

function mergedField(one: Shape | undefined, other: Shape | undefined): Shape {
  if (one === undefined || other === undefined) return optional(one ?? other ?? 'missing')
  return merged(one, other)
}

function optional(shape: Shape): Shape {
  return typeof shape === 'string' ? merged(shape, 'missing') : shape
}

function isFields(shape: Shape): shape is { [key: string]: Shape } {
  return typeof shape === 'object' && !Array.isArray(shape)
}
