import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { readForm } from './form.js'
import type { OptionValue, Person } from './person.js'
import type { Fault } from './rest.js'
import type { RegisteredCommand } from './shapes.js'
import type { PersonOptions } from './world.js'

const Who = z.object({ person: z.string().min(1), admin: z.boolean().default(false) })
const SlashBody = Who.extend({
  command: z.string(),
  /** `@name` stands for a person. */
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
})
const TypeBody = Who.extend({ command: z.string(), option: z.string(), text: z.string() })
const FaultBody = z.strictObject({
  method: z.string(),
  /** A part of the route under `/api/v10`. */
  route: z.string(),
  times: z.int().min(1).default(1),
  kind: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('status'), status: z.int() }),
    z.strictObject({ kind: z.literal('hang') }),
    z.strictObject({ kind: z.literal('reset') }),
  ]),
  afterwards: z.boolean().default(false),
})
const ClickBody = Who.extend({ messageId: z.string(), label: z.string() })

/**
 * Lets another process act as the people (`POST /_sim/slash`, `/_sim/type`, `/_sim/click`), disturb
 * (`POST /_sim/fault`) and look (`GET /_sim/transcript`, `/_sim/commands`, `/_sim/objections`).
 */
export function createControl({ person, transcript, commands, objections, fault }: ControlNeeds) {
  return { answer }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { status, body } = await handle(`${request.method} ${request.url?.split('?')[0]}`, request)
      send(response, status, body)
    } catch (error) {
      send(response, 400, { reason: error instanceof Error ? error.message : 'That did not work' })
    }
  }

  async function handle(route: string, request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const body = async () => (await readForm(request)).body

    switch (route) {
      case 'GET /_sim/transcript':
        return { status: 200, body: transcript() }
      case 'GET /_sim/commands':
        return { status: 200, body: commands() }
      case 'GET /_sim/objections':
        return { status: 200, body: objections() }
      case 'POST /_sim/fault': {
        const asked = FaultBody.parse(await body())
        fault(asked)
        return { status: 200, body: asked }
      }
      case 'POST /_sim/slash': {
        const { command, options, ...who } = SlashBody.parse(await body())
        return { status: 200, body: await as(who).slash(command, withPeople(options)) }
      }
      case 'POST /_sim/type': {
        const { command, option, text, ...who } = TypeBody.parse(await body())
        return { status: 200, body: await as(who).type(command, option, text) }
      }
      case 'POST /_sim/click': {
        const { messageId, label, ...who } = ClickBody.parse(await body())
        return { status: 200, body: await as(who).click({ messageId }, label) }
      }
      default:
        return { status: 404, body: { reason: `${route} is not part of the simulator` } }
    }
  }

  function as({ person: name, admin }: z.infer<typeof Who>): Person {
    return person(name, { admin })
  }

  function withPeople(options: Record<string, string | number | boolean>): Record<string, OptionValue> {
    return Object.fromEntries(
      Object.entries(options).map(([name, value]) => [
        name,
        typeof value === 'string' && value.startsWith('@') ? person(value.slice(1)) : value,
      ]),
    )
  }
}

interface ControlNeeds {
  person: (name: string, options?: PersonOptions) => Person
  transcript: () => string[]
  commands: () => RegisteredCommand[]
  /** What a well-behaved bot would not have done. */
  objections: () => string[]
  fault: (fault: Fault) => void
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
