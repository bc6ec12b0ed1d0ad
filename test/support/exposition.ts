/** One family of a page for Prometheus. */
export interface Family {
  type: string
  help: string
  series: { name: string; labels: Record<string, string>; value: number }[]
}

const metadata = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/
const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/
const label = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\.)*)"/g
/** What a histogram or a counter calls its series beside its own name. */
const suffix = /_(?:bucket|sum|count)$/

/** Reads a page as Prometheus does, and throws where Prometheus would refuse it. */
export function readExposition(text: string): Map<string, Family> {
  const families = new Map<string, Family>()
  const seen = new Set<string>()
  if (!text.endsWith('\n')) throw new Error('The last line does not end')

  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, keyword, named = '', rest = ''] = metadata.exec(line) ?? []
    if (keyword) describe(named, keyword, rest)
    else addSample(line)
  }
  return families

  function describe(name: string, keyword: string, text: string): void {
    const family = families.get(name) ?? { type: '', help: '', series: [] }
    const key = keyword === 'TYPE' ? 'type' : 'help'
    if (family[key] !== '' || family.series.length > 0) throw new Error(`${name} is described twice or late`)
    family[key] = text
    families.set(name, family)
  }

  function addSample(line: string): void {
    const [, name, labelText = '', number = ''] = sample.exec(line) ?? []
    const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number)
    if (name === undefined || number === '' || Number.isNaN(value)) throw new Error(`Unreadable: ${line}`)
    const pairs = [...labelText.matchAll(label)].map(([, key = '', text = '']) => [key, text] as const)
    if (pairs.map(([key, text]) => `${key}="${text}"`).join() !== labelText) {
      throw new Error(`Unreadable labels: ${line}`)
    }

    const family = families.get(name) ?? families.get(name.replace(suffix, ''))
    if (!family) throw new Error(`Not described: ${line}`)
    const series = line.slice(0, line.lastIndexOf(' '))
    if (seen.has(series)) throw new Error(`Twice: ${series}`)
    seen.add(series)
    family.series.push({ name, labels: Object.fromEntries(pairs), value })
  }
}

/** The value of one series, named with exactly its labels; undefined where it is not on the page. */
export function valueIn(
  families: Map<string, Family>,
  name: string,
  labels: Record<string, string> = {},
): number | undefined {
  const family = families.get(name) ?? families.get(name.replace(suffix, ''))
  const wanted = Object.entries(labels)

  return family?.series.find(
    (one) =>
      one.name === name &&
      Object.keys(one.labels).length === wanted.length &&
      wanted.every(([key, value]) => one.labels[key] === value),
  )?.value
}
