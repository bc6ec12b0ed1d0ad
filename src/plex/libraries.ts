import { OtpError } from '../core/errors.js'
import { refusals } from '../core/messages/refusals.js'
import type { Library } from '../core/model.js'
import type { NewLibrary } from '../core/ports.js'
import { errorFor, type PlexAnswer } from './answer.js'
import type { PlexHttp, PlexRequest, Query } from './http.js'
import { typeNumbers } from './items.js'
import { parseLibraries } from './parse-library.js'

/** Libraries: those that are there, and those that OTP makes and takes away again. */
export function createLibraries(http: PlexHttp) {
  return { libraries, createLibrary, scan, deleteLibrary }

  async function libraries(): Promise<Library[]> {
    return parseLibraries(await http.read('/library/sections'))
  }

  async function createLibrary(asked: NewLibrary): Promise<Library> {
    if (asked.folders.length === 0) throw new Error('A library without folders cannot be made.')
    const [told] = parseMade(await make(asked))
    if (told?.uuid !== undefined && hasExactly(told, asked.folders)) return told

    const listed = await afterMaking(asked)
    const found =
      listed.find((one) => one.key === told?.key) ?? listed.find((one) => hasExactly(one, asked.folders))
    if (!found) throw unclear(asked)
    return found
  }

  /** By now it is made: no failure to look for it may read like a refusal. */
  async function afterMaking(asked: NewLibrary): Promise<Library[]> {
    try {
      return await libraries()
    } catch (problem) {
      throw problem instanceof OtpError ? unclear(asked, problem) : problem
    }
  }

  /** Servers differ in the form they take, and not every one has every agent. */
  async function make(asked: NewLibrary): Promise<unknown> {
    const usual = usualAgents[asked.type]
    const agent = { agent: asked.agent ?? usual.agent, scanner: asked.scanner ?? usual.scanner }

    let form = shortForm
    let answer = await http.ask(form(asked, agent))
    if (isRefused(answer, [404, 405])) {
      form = officialForm
      answer = await http.ask(form(asked, agent))
    }
    if (isRefused(answer, [400]) && agent.agent !== plainFiles.agent) {
      answer = await http.ask(form(asked, plainFiles))
    }
    if (answer.kind === 'done') return answer.data
    throw errorFor(answer, http.name)
  }

  // Clients read, the document writes: what is asked for is the same.
  async function scan(libraryKey: string): Promise<void> {
    const path = `${libraryPath(libraryKey)}/refresh`
    let answer = await http.ask({ method: 'GET', path })
    if (isRefused(answer, [404, 405])) answer = await http.ask({ method: 'POST', path })
    if (answer.kind !== 'done') throw errorFor(answer, http.name)
  }

  async function deleteLibrary(asked: { key: string; title: string; uuid?: string }): Promise<void> {
    const found = (await libraries()).find((one) => one.key === asked.key)
    if (!found) return
    if (found.title !== asked.title || (asked.uuid !== undefined && found.uuid !== asked.uuid)) {
      throw new OtpError('conflict', refusals.anotherLibrary(asked.title, found.title))
    }

    const answer = await http.ask({ method: 'DELETE', path: libraryPath(asked.key) })
    if (answer.kind !== 'done' && !isRefused(answer, [404])) throw errorFor(answer, http.name)
  }
}

interface Agent {
  agent: string
  scanner: string
}

const usualAgents: Record<NewLibrary['type'], Agent> = {
  movie: { agent: 'tv.plex.agents.movie', scanner: 'Plex Movie' },
  show: { agent: 'tv.plex.agents.series', scanner: 'Plex TV Series' },
}

/** Takes video files as they are and looks nothing up. */
const plainFiles: Agent = { agent: 'com.plexapp.agents.none', scanner: 'Plex Video Files Scanner' }

/** The library may be there or not, as after a request without an answer. */
function unclear({ title }: NewLibrary, cause?: OtpError): OtpError {
  return new OtpError('plex_unreachable', refusals.libraryNotShown(title), { cause })
}

/** What clients send. */
function shortForm(asked: NewLibrary, agent: Agent): PlexRequest {
  const query = { ...common(asked, agent), type: asked.type, location: asked.folders }
  return { method: 'POST', path: '/library/sections', query }
}

/** What the document of Plex says. */
function officialForm(asked: NewLibrary, agent: Agent): PlexRequest {
  const query = { ...common(asked, agent), type: typeNumbers[asked.type] ?? '', locations: asked.folders }
  return { method: 'POST', path: '/library/sections/all', query }
}

function common({ title, language }: NewLibrary, agent: Agent): Query {
  return { name: title, ...agent, language: language ?? 'en-US' }
}

/** Some servers answer with the library they made, others with nothing. */
function parseMade(data: unknown): Library[] {
  return data === undefined ? [] : parseLibraries(data)
}

function hasExactly(library: Library, folders: readonly string[]): boolean {
  const wanted = new Set(folders.map(withoutSlash))
  const there = new Set(library.folders.map(withoutSlash))
  return wanted.size === there.size && [...wanted].every((one) => there.has(one))
}

function withoutSlash(folder: string): string {
  return folder.replace(/(?<=.)[/\\]+$/, '')
}

function libraryPath(key: string): string {
  return `/library/sections/${encodeURIComponent(key)}`
}

function isRefused(answer: PlexAnswer, statuses: readonly number[]): boolean {
  return answer.kind === 'refused' && statuses.includes(answer.status)
}
