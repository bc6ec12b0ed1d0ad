import axios from 'axios'
import { XMLParser } from 'fast-xml-parser'
import type { Clock } from '../core/ports.js'
import type { Probed } from '../core/probed.js'
import { createRedactor } from '../util/redact.js'
import { introduction, troubleIn } from './http.js'
import { type Known, type Question, questions } from './probe-questions.js'
import { shapeOf } from './probe-shape.js'

export interface ProbeNeeds {
  /** The media server's base address, and that of plex.tv. */
  addresses: Record<Question['side'], string>
  token: string
  clientIdentifier: string
  version: string
  clock: Clock
}

const timeoutMs = 15_000
const mostBytes = 16 * 1024 * 1024
const xml = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  parseTagValue: false,
})

/**
 * Asks Plex what its documents leave open, one question after the other, and keeps of each answer only its shape.
 * It only reads: every request is a GET of a path from a fixed list, and none of them does anything.
 */
export async function probe(needs: ProbeNeeds): Promise<Probed[]> {
  const { addresses, token, clock } = needs
  const client = axios.create({
    method: 'GET',
    timeout: timeoutMs,
    maxRedirects: 0,
    maxContentLength: mostBytes,
    proxy: false,
    responseType: 'text',
    transformResponse: [(body: unknown) => body],
    validateStatus: () => true,
    headers: { Accept: 'application/json', 'X-Plex-Token': token, ...introduction(needs) },
  })
  let known: Known = {}
  const answers: Probed[] = []

  for (const question of questions) answers.push(await ask(question))
  return answers.map(withoutSecrets)

  async function ask(question: Question): Promise<Probed> {
    const { name, wonders, side, query = '', most } = question
    const path = question.path(known)
    const said = { name, wonders, asked: `GET ${question.path(placeholders) ?? ''}` }
    if (!path) return { ...said, trouble: 'what it needs was not learned' }

    const startedAt = clock.now()
    const page = most === undefined ? {} : pageOf(most)
    const url = `${addresses[side]}${path}${query}`
    try {
      const { status, headers, data } = await client.get<unknown>(url, { headers: page })
      const type = String(headers['content-type'] ?? '').split(';')[0] ?? ''
      const content = typeof data === 'string' ? read(data) : undefined
      known = { ...known, ...question.learn?.(content) }
      const shape = content === undefined ? kindOfText(data) : shapeOf(content)
      return { ...said, status, contentType: type, tookMs: clock.now() - startedAt, shape }
    } catch (problem) {
      return { ...said, trouble: troubleIn(problem) }
    }
  }

  /** What is known by its value is looked for once more, however it may have got here. */
  function withoutSecrets(answer: Probed): Probed {
    const secrets = [token, ...Object.values(addresses).map((one) => one.replace(/^\w+:\/\//, ''))]
    const redact = createRedactor([...secrets, ...(known.machineIdentifier ? [known.machineIdentifier] : [])])
    return JSON.parse(redact(JSON.stringify(answer)))
  }
}

const placeholders: Required<Known> = {
  machineIdentifier: '{server}',
  libraryKey: '{library}',
  ratingKey: '{item}',
}

function pageOf(most: number): Record<string, string> {
  return { 'X-Plex-Container-Start': '0', 'X-Plex-Container-Size': String(most) }
}

function read(text: string): unknown {
  const start = text.trimStart().charAt(0)
  try {
    if (start === '{' || start === '[') return JSON.parse(text)
    if (start === '<' && !/^\s*<(!doctype html|html)/i.test(text)) return xml.parse(text)
  } catch {
    // Half a document says no more than that it is one.
  }
  return undefined
}

function kindOfText(data: unknown): string {
  if (typeof data !== 'string' || data === '') return 'nothing'
  return /<html/i.test(data) ? 'a page' : 'unreadable'
}
