import type { SimAnswer, SimRequest } from './http.js'

/** A tree that can be written as JSON or as the XML that Plex makes of it. */
export interface Tree {
  [name: string]: Scalar | Tree | Tree[]
}
type Scalar = string | number | boolean | undefined | null

/** Answers the tree the way the caller asked for: JSON when accepted, XML otherwise. */
export function treeAnswer(request: SimRequest, root: string, tree: Tree, numbersAsText = false): SimAnswer {
  const wantsJson = (request.headers.accept ?? '').includes('application/json')
  if (!wantsJson) return xmlAnswer(200, root, tree)
  return jsonAnswer(200, { [root]: numbersAsText ? asText(tree) : tree })
}

export function jsonAnswer(status: number, value: unknown): SimAnswer {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(value) }
}

export function xmlAnswer(status: number, root: string, tree: Tree): SimAnswer {
  return {
    status,
    type: 'text/xml;charset=utf-8',
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, tree)}`,
  }
}

/** The small page with which a media server answers every failure. */
export function htmlAnswer(status: number, words: string): SimAnswer {
  return {
    status,
    type: 'text/html',
    body: `<html><head><title>${words}</title></head><body><h1>${status} ${words}</h1></body></html>`,
  }
}

function element(name: string, tree: Tree): string {
  const attributes: string[] = []
  const children: string[] = []

  for (const [key, value] of Object.entries(tree)) {
    if (value === undefined || value === null) continue
    if (Array.isArray(value)) children.push(...value.map((child) => element(elementName(key, child), child)))
    else if (typeof value === 'object') children.push(element(elementName(key, value), value))
    else
      attributes.push(
        ` ${key}="${escapeXml(typeof value === 'boolean' ? String(Number(value)) : String(value))}"`,
      )
  }
  const head = `<${name}${attributes.join('')}`
  return children.length > 0 ? `${head}>${children.join('')}</${name}>` : `${head}/>`
}

/** What JSON calls `Metadata` is named after its kind in XML. */
function elementName(key: string, child: Tree): string {
  if (key !== 'Metadata') return key
  if (child.type === 'track') return 'Track'
  if (child.type === 'photo') return 'Photo'
  return child.type === 'show' || child.type === 'season' ? 'Directory' : 'Video'
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replaceAll('\n', '&#10;')
}

function asText(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, valueAsText(value)]))
}

function valueAsText(value: Tree[string]): Tree[string] {
  if (Array.isArray(value)) return value.map(asText)
  if (typeof value === 'object' && value !== null) return asText(value)
  if (typeof value === 'boolean') return value ? '1' : '0'
  return typeof value === 'number' ? String(value) : value
}
