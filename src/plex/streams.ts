import type { Session } from '../core/model.js'
import type { EndAnswer } from '../core/ports.js'
import { asSentence, errorFor, type PlexAnswer } from './answer.js'
import type { PlexHttp } from './http.js'
import { parseCapabilities } from './parse.js'

/** The ways to end a stream. */
export function createStreams(http: PlexHttp) {
  let commands = 0

  return { terminate, stopPlayer }

  // The documented method is POST, but GET is what works on every server, and an older one would answer
  // POST with the same 404 that means "that session is gone".
  async function terminate(session: Session, reason: string, patienceMs?: number): Promise<EndAnswer> {
    if (session.id === undefined) {
      return {
        kind: 'impossible',
        reason: 'Plex lists this stream without an id, so it cannot be ended that way.',
      }
    }
    const answer = await http.ask({
      method: 'GET',
      path: '/status/sessions/terminate',
      query: { sessionId: session.id, reason: oneLine(reason) },
      urgent: true,
      patienceMs,
    })
    if (answer.kind !== 'refused') return plainAnswer(answer)
    if (answer.status === 404) return { kind: 'gone' }
    if (answer.status === 401 || answer.status === 403) return whyNot()
    return { kind: 'refused', reason: `The Plex server refused: ${asSentence(answer.reason)}` }
  }

  /** 401 and 403 mean a dead token, a missing feature or somebody else's token: the capabilities tell which. */
  async function whyNot(): Promise<EndAnswer> {
    const answer = await http.ask({ method: 'GET', path: '/' })
    if (answer.kind === 'refused' && answer.status === 403) {
      return { kind: 'impossible', reason: 'The Plex token does not belong to the owner of the server.' }
    }
    if (answer.kind !== 'done') return { kind: 'refused', reason: errorFor(answer, http.name).message }

    return canTerminate(answer.data)
      ? { kind: 'refused', reason: 'The Plex server refused, although it can end streams.' }
      : { kind: 'impossible', reason: 'This server cannot end streams: that needs a Plex Pass of its owner.' }
  }

  async function stopPlayer(session: Session, patienceMs?: number): Promise<EndAnswer> {
    const tried: EndAnswer[] = []
    if (session.player.machineId !== '') tried.push(await remoteStop(session, patienceMs))
    if (isTranscode(session.transcodeId)) tried.push(await endTranscode(session.transcodeId, patienceMs))

    return (
      tried.find((one) => one.kind === 'accepted') ??
      tried.find((one) => one.kind === 'unknown') ??
      tried.find((one) => one.kind === 'refused') ?? {
        kind: 'impossible',
        reason: 'The player takes no commands, and there is no transcode to stop.',
      }
    )
  }

  async function remoteStop({ player, item: played }: Session, patienceMs?: number): Promise<EndAnswer> {
    commands += 1
    const answer = await http.ask({
      method: 'GET',
      path: '/player/playback/stop',
      query: { type: playerTypes[played?.type ?? ''] ?? 'video', commandID: String(commands) },
      headers: { 'X-Plex-Target-Client-Identifier': player.machineId },
      patienceMs,
    })
    if (answer.kind !== 'refused') return plainAnswer(answer)
    if (answer.status === 429 || answer.status >= 500) return { kind: 'refused', reason: answer.reason }
    return { kind: 'impossible', reason: `The player cannot be controlled (${answer.reason}).` }
  }

  async function endTranscode(path: string, patienceMs?: number): Promise<EndAnswer> {
    const answer = await http.ask({ method: 'DELETE', path, patienceMs })
    if (answer.kind !== 'refused') return plainAnswer(answer)
    if (answer.status === 404) return { kind: 'gone' }
    return { kind: 'refused', reason: `The Plex server refused: ${asSentence(answer.reason)}` }
  }
}

/** An answer that cannot be read does not prove that the feature is missing. */
function canTerminate(data: unknown): boolean {
  try {
    return parseCapabilities(data).canTerminate
  } catch {
    return true
  }
}

/** Nobody knows whether a request without an answer was done; one that never left was not. */
function plainAnswer(answer: Exclude<PlexAnswer, { kind: 'refused' }>): EndAnswer {
  if (answer.kind === 'done') return { kind: 'accepted' }
  if (answer.kind === 'silence' && answer.why === 'timeout') return { kind: 'unknown', reason: answer.reason }
  return { kind: 'refused', reason: answer.reason }
}

// Some documents write the singular. Anything else in that field is not a transcode and must not be deleted.
function isTranscode(key: string | undefined): key is string {
  return key !== undefined && /^\/transcode\/sessions?\/[A-Za-z0-9_-]+$/.test(key)
}

/** Televisions cut long texts, and line breaks show as symbols on some. */
function oneLine(reason: string): string {
  const line = reason.replace(/\s+/g, ' ').trim()
  return line.length <= 250 ? line : [...line].slice(0, 250).join('')
}

const playerTypes: Record<string, string> = { track: 'music', photo: 'photo' }
