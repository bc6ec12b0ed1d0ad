import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { until } from '../support/until.js'
import { stageServer } from './plex-stage.js'

/** The simulated server with people who listen to it, and a film that somebody can play. */
export async function stagePush() {
  const stage = await stageServer()
  const { server, film, world } = stage
  return { ...stage, push: server.push, play: () => world.play('quill', film.ratingKey), socket, stream }

  /** Listens over a WebSocket, as the owner unless told. */
  async function socket({ token = 'token-of-quill', query = '' } = {}) {
    const address = `${server.url.replace('http', 'ws')}/:/websockets/notifications${query}`
    const socket = new WebSocket(address, { headers: { 'X-Plex-Token': token } })
    onTestFinished(() => socket.terminate())
    const frames: string[] = []
    const signs: string[] = []
    socket.on('message', (data) => frames.push(String(data)))
    socket.on('ping', () => signs.push('ping'))
    socket.on('pong', () => signs.push('pong'))
    const closed = new Promise<number>((resolve) => socket.on('close', resolve))
    await new Promise((resolve, reject) => {
      socket.on('open', resolve)
      socket.on('error', reject)
    })
    return { frames, signs, closed, ping: () => socket.ping() }
  }

  /** Listens to server-sent events, as the owner unless told. */
  async function stream({ token = 'token-of-quill', query = '' } = {}) {
    const leaving = new AbortController()
    onTestFinished(() => leaving.abort())
    const answer = await fetch(`${server.url}/:/eventsource/notifications${query}`, {
      headers: { 'X-Plex-Token': token, Accept: 'text/event-stream' },
      signal: leaving.signal,
    })
    const heard = { text: '', ended: '' }
    read(answer, heard)
    return { answer, heard, leave: () => leaving.abort() }
  }
}

/** Gathers what comes until it ends, and then how. */
async function read(answer: Response, heard: { text: string; ended: string }): Promise<void> {
  const decoder = new TextDecoder()
  try {
    for await (const chunk of answer.body ?? []) heard.text += decoder.decode(chunk, { stream: true })
    heard.ended = 'closed'
  } catch {
    heard.ended = 'broken off'
  }
}

/** The reports that frames carry, however they carry them. */
export function reportsIn(frames: readonly string[]) {
  return frames.map((frame) => JSON.parse(frame).NotificationContainer.PlaySessionStateNotification)
}

/** Waits until so many frames are there. */
export async function arrived(frames: readonly string[], count: number): Promise<void> {
  await until(`${count} frames`, () => frames.length >= count)
}
