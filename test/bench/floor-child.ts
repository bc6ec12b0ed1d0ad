import { Agent, request } from 'node:http'
import { WebSocket } from 'ws'
import { z } from 'zod'

/**
 * The least that any guard has to do, by hand and with nothing around it: on a signal read the list once, find the
 * stream, end it. It ends only streams of one person.
 */
const { FLOOR_URL: url = '', FLOOR_TOKEN: token = '', FLOOR_PERSON: person = '' } = process.env
const agent = new Agent({ keepAlive: true })
const known = new Set<string>()
const headers = { 'X-Plex-Token': token, Accept: 'application/json' }

const frame = z.object({
  NotificationContainer: z.object({
    PlaySessionStateNotification: z.array(z.object({ sessionKey: z.string(), state: z.string() })),
  }),
})
const list = z.object({
  MediaContainer: z.object({
    Metadata: z
      .array(
        z.object({
          sessionKey: z.string(),
          User: z.object({ title: z.string() }),
          Session: z.object({ id: z.string() }).optional(),
        }),
      )
      .default([]),
  }),
})

const socket = new WebSocket(`${url.replace('http', 'ws')}/:/websockets/notifications`, { headers })
socket.on('open', () => process.send?.('ready'))
socket.on('message', async (data) => {
  const [report] = frame.parse(JSON.parse(String(data))).NotificationContainer.PlaySessionStateNotification
  // Every player reports every ten seconds: only what is new is read for.
  if (report?.state !== 'playing' || known.has(report.sessionKey)) return
  known.add(report.sessionKey)

  const { Metadata } = list.parse(JSON.parse(await ask('/status/sessions'))).MediaContainer
  const found = Metadata.find((one) => one.sessionKey === report.sessionKey)
  if (found?.User.title !== person || !found.Session) return
  await ask(`/status/sessions/terminate?sessionId=${found.Session.id}&reason=no`)
})

/** A connection that was closed while this process slept is of no more use; a new one is. */
function ask(path: string): Promise<string> {
  return attempt(path, agent).catch(() => attempt(path, false))
}

function attempt(path: string, by: Agent | false): Promise<string> {
  return new Promise((resolve, reject) => {
    const asking = request(`${url}${path}`, { agent: by, headers }, (answer) => {
      let body = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk) => {
        body += chunk
      })
      answer.on('end', () => resolve(body))
    })
    asking.on('error', reject)
    asking.end()
  })
}
