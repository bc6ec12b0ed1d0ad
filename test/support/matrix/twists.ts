type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** Numbers are words and lists are something else. */
export function wrongTypes(body: string): string {
  return twisted(body, {
    json: (value) => mapped(value, { number: () => 'many', list: (list) => ({ first: list[0] ?? null }) }),
    xml: (text) => text.replace(/="\d+"/g, '="many"'),
  })
}

/** Every entry of every list comes twice. */
export function everythingTwice(body: string): string {
  return twisted(body, {
    json: (value) => mapped(value, { list: (list) => list.flatMap((one) => [one, one]) }),
    xml: (text) => inside(text, (entries) => entries.flatMap((one) => [one, one])),
  })
}

/** Every list is in the opposite order. */
export function backwards(body: string): string {
  return twisted(body, {
    json: (value) => mapped(value, { list: (list) => list.toReversed() }),
    xml: (text) => inside(text, (entries) => entries.toReversed()),
  })
}

/** Every list is empty, as if there were nothing and nobody. */
export function nothingInIt(body: string): string {
  return twisted(body, {
    json: (value) => mapped(value, { list: () => [] }),
    xml: (text) => inside(text, () => []),
  })
}

interface Change {
  number?: (value: number) => Json
  list?: (list: Json[]) => Json
}

function twisted(body: string, how: { json: (value: Json) => Json; xml: (text: string) => string }): string {
  if (body.startsWith('<')) return how.xml(body)
  return body === '' ? body : JSON.stringify(how.json(JSON.parse(body)))
}

function mapped(value: Json, change: Change): Json {
  if (Array.isArray(value)) {
    const list = value.map((one) => mapped(one, change))
    return change.list ? change.list(list) : list
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapped(one, change)]))
  }
  return typeof value === 'number' && change.number ? change.number(value) : value
}

/** What stands directly inside the root of a page of XML, changed entry by entry. */
function inside(text: string, change: (entries: string[]) => string[]): string {
  const [, head = '', within = '', tail = ''] =
    /^(<\?[^>]*>\s*<\w+[^>]*[^/]>)(.*)(<\/\w+>)$/s.exec(text) ?? []
  return head === '' ? text : head + change(entriesOf(within)).join('') + tail
}

function entriesOf(within: string): string[] {
  const entries: string[] = []
  let depth = 0
  let from = 0
  for (const tag of within.matchAll(/<(\/?)[^>]*?(\/?)>/g)) {
    const end = (tag.index ?? 0) + tag[0].length
    if (tag[1] === '/') depth -= 1
    else if (tag[2] !== '/') depth += 1
    if (depth > 0) continue
    entries.push(within.slice(from, end))
    from = end
  }
  return entries
}
