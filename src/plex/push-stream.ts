import { Readable } from 'node:stream'
import axios from 'axios'
import { createEventReader } from '../util/event-stream.js'
import { parseNotification } from './parse-events.js'
import type { PushLine, PushTarget } from './push-way.js'

/** Listens to server-sent events. They never end, so no time-out holds, and nobody may gather or pack them. */
export async function openStream(
  { url, headers }: PushTarget,
  line: PushLine,
  over: AbortSignal,
): Promise<void> {
  const answer = await axios.get<unknown>(url, {
    headers: {
      Accept: 'text/event-stream',
      'Accept-Encoding': 'identity',
      'Cache-Control': 'no-cache',
      ...headers,
    },
    responseType: 'stream',
    timeout: 0,
    maxRedirects: 0,
    proxy: false,
    signal: over,
    validateStatus: () => true,
  })
  const { status, data: body } = answer
  if (!(body instanceof Readable)) return line.broke('the answer cannot be read')

  if (status !== 200) return line.refused(status)
  if (!/^text\/event-stream\b/i.test(String(answer.headers['content-type'] ?? ''))) {
    return line.broke('it answers with something else than events')
  }
  line.opened(() => {})
  await follow(body, line)
}

async function follow(body: Readable, line: PushLine): Promise<void> {
  const reader = createEventReader()

  for await (const chunk of body) {
    line.alive()
    const frames = reader.read(Buffer.from(chunk))
    if (!frames) return line.broke('it sent more than an event may hold')
    const heard = frames.flatMap(({ data }) => (data === undefined ? [] : parseNotification(data)))
    line.heard(heard.flatMap((one) => one.reports))
    line.changed(heard.flatMap((one) => one.changes))
  }
  line.broke('the server closed the connection')
}
