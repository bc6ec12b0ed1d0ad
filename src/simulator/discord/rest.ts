import type { IncomingMessage, ServerResponse } from 'node:http'
import type { z } from 'zod'
import type { Clock } from '../../core/ports.js'
import { type Answer, complaint, noContent, ok, rateLimited, refusals, refuse } from './answers.js'
import { createBuckets } from './buckets.js'
import { commandErrors } from './command-limits.js'
import { type Form, readForm } from './form.js'
import { type Interactions, objections } from './interactions.js'
import { messageErrors } from './limits.js'
import {
  CallbackBody,
  type Channel,
  CommandBody,
  MessageBody,
  READ_MESSAGE_HISTORY,
  type RegisteredCommand,
  SEND_MESSAGES,
  type StoredMessage,
  VIEW_CHANNEL,
} from './shapes.js'
import { channelShape, guildShape, listedShape, memberShape, messageShape, userShape } from './wire.js'
import type { World } from './world.js'

/** One request as it came in, for assertions. */
export interface Call {
  method: string
  /** The path under `/api/v10`, interaction tokens cut out. */
  route: string
  at: number
  status: number
  body: unknown
}

/** The next requests that match get this instead of, or after, their proper answer. */
export interface Fault {
  method?: string
  route?: string | RegExp
  /** How many requests; 1 unless told. */
  times?: number
  /** What happens to them. */
  kind:
    | { kind: 'status'; status: number; code?: number; message?: string }
    | { kind: 'rate-limit'; retryAfterS: number; global?: boolean }
    | { kind: 'hang' }
    | { kind: 'reset' }
  /** The request does its work first: only the answer is lost. */
  afterwards?: boolean
}

type Handler = (call: { path: Record<string, string>; form: Form; query: URLSearchParams }) => Answer
interface Route {
  method: string
  pattern: string[]
  /** The token is in the path, and no Authorization header is wanted. */
  open: boolean
  handle: Handler
}

/** The REST side, strict: what it does not know is refused and noted as a violation. */
export function createRest({ clock, world, interactions, token, gatewayUrl }: RestNeeds) {
  const calls: Call[] = []
  let faults: Fault[] = []
  const routes = table()
  const buckets = createBuckets(clock)

  return { answer, calls, fault, clearFaults, limitMessages: buckets.turnOn }

  function fault(one: Fault): void {
    faults.push({ times: 1, ...one })
  }

  function clearFaults(): void {
    faults = []
  }

  async function answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const url = new URL(path, 'http://127.0.0.1')
    const route = decodeURIComponent(url.pathname)
    const method = request.method ?? 'GET'
    const form = await readForm(request)
    const planned = nextFault(method, route)
    const proper =
      !planned || planned.afterwards
        ? buckets.counted(method, route, () => handled(request, method, route, url.searchParams, form))
        : undefined
    const call: Call = { method, route: withoutToken(route), at: clock.now(), status: 0, body: form.body }

    calls.push(call)
    if (planned?.kind.kind === 'hang') return
    if (planned?.kind.kind === 'reset') return void request.socket.resetAndDestroy()
    const reply = planned ? faulty(planned) : (proper ?? refusals.noRoute)
    call.status = reply.status
    send(response, reply)
  }

  function handled(
    request: IncomingMessage,
    method: string,
    route: string,
    query: URLSearchParams,
    form: Form,
  ): Answer {
    const segments = route.split('/').filter((it) => it !== '')
    const found = routes.find((one) => one.method === method && matches(one.pattern, segments))

    if (!found) return violation(`${method} ${withoutToken(route)} is not a route`, refusals.noRoute)
    if (!found.open && request.headers.authorization !== `Bot ${token()}`) return refusals.unauthorized
    if (found.open && request.headers.authorization) {
      world.violations.push(`${method} ${withoutToken(route)} was sent the bot token`)
    }
    if (!request.headers['user-agent']?.startsWith('DiscordBot')) {
      world.violations.push(`${method} ${withoutToken(route)} came without a bot's user agent`)
    }
    return found.handle({ path: values(found.pattern, segments), form, query })
  }

  function table(): Route[] {
    return [
      bot('GET', '/gateway/bot', () => ok(gatewayInformation(gatewayUrl()))),
      bot('GET', '/applications/@me', () =>
        ok({ id: world.bot.id, name: 'OTP', flags: 0, bot: userShape(world.bot) }),
      ),
      bot('GET', '/applications/:app/guilds/:guild/commands', ({ path, query }) =>
        ofGuild(path, () => ok(listed(world.commands, query))),
      ),
      bot('PUT', '/applications/:app/guilds/:guild/commands', ({ path, form }) =>
        ofGuild(path, () => parsed(CommandBody.array(), form, (list) => setCommands(list, 'guild'))),
      ),
      bot('GET', '/applications/:app/commands', ({ path, query }) =>
        ofApplication(path, () => ok(listed(world.globalCommands, query))),
      ),
      bot('PUT', '/applications/:app/commands', ({ path, form }) =>
        ofApplication(path, () => parsed(CommandBody.array(), form, (list) => setCommands(list, 'global'))),
      ),
      bot('GET', '/users/@me', () => ok(userShape(world.bot))),
      bot('GET', '/users/:user', ({ path }) => {
        const person = world.people.get(path.user ?? '')
        return person ? ok(userShape(person)) : refusals.unknownUser
      }),
      bot('POST', '/users/@me/channels', ({ form }) => openDm(form)),
      bot('GET', '/guilds/:guild', ({ path }) => ofGuild(path, () => ok(guildShape(world)))),
      bot('GET', '/users/@me/guilds', () =>
        ok(world.bot.inGuild ? [{ id: world.guildId, name: guildShape(world).name }] : []),
      ),
      bot('GET', '/guilds/:guild/channels', ({ path }) =>
        ofGuild(path, () =>
          ok([...world.channels.values()].filter(isOfGuild).map((it) => channelShape(world, it))),
        ),
      ),
      bot('GET', '/guilds/:guild/roles/member-counts', ({ path }) => ofGuild(path, () => ok(roleCounts()))),
      bot('GET', '/guilds/:guild/members/:user', ({ path }) =>
        ofGuild(path, () => {
          const person = world.people.get(path.user ?? '')
          return person?.inGuild
            ? ok({ user: userShape(person), ...memberShape(person) })
            : refusals.unknownMember
        }),
      ),
      bot('GET', '/channels/:channel', ({ path }) =>
        inChannel(path, (it) => (mayView(it) ? ok(channelShape(world, it)) : refusals.missingAccess)),
      ),
      bot('POST', '/channels/:channel/typing', ({ path }) => inChannel(path, () => noContent)),
      bot('POST', '/channels/:channel/messages', ({ path, form }) =>
        inChannel(path, (channel) => parsed(MessageBody, form, (body) => create(channel, body, form))),
      ),
      bot('GET', '/channels/:channel/messages', ({ path, query }) =>
        inChannel(path, (channel) => history(channel, query)),
      ),
      bot('GET', '/channels/:channel/messages/:message', ({ path }) =>
        onMessage(path, (message) => ok(messageShape(world, message))),
      ),
      bot('PATCH', '/channels/:channel/messages/:message', ({ path, form }) =>
        onMessage(path, (message) => parsed(MessageBody, form, (body) => edit(message, body))),
      ),
      bot('DELETE', '/channels/:channel/messages/:message', ({ path }) =>
        onMessage(path, (message) => {
          world.remove(message)
          return noContent
        }),
      ),
      anybody('POST', '/interactions/:id/:token/callback', ({ path, form, query }) =>
        parsed(CallbackBody, form, (body) =>
          interactions.callback(path.id ?? '', path.token ?? '', body, query.get('with_response') === 'true'),
        ),
      ),
      anybody('POST', '/webhooks/:app/:token', ({ path, form }) =>
        parsed(MessageBody, form, (body) => interactions.followUp(path.token ?? '', body, form.files)),
      ),
      anybody('GET', '/webhooks/:app/:token/messages/:message', ({ path }) =>
        interactions.readMessage(path.token ?? '', path.message ?? ''),
      ),
      anybody('PATCH', '/webhooks/:app/:token/messages/:message', ({ path, form }) =>
        parsed(MessageBody, form, (body) =>
          interactions.editMessage(path.token ?? '', path.message ?? '', body),
        ),
      ),
      anybody('DELETE', '/webhooks/:app/:token/messages/:message', ({ path }) =>
        interactions.deleteMessage(path.token ?? '', path.message ?? ''),
      ),
    ]
  }

  function create(channel: Channel, body: MessageBody, form: Form): Answer {
    const refused = objections(body, form.files)
    if (refused) return violation(`message refused: ${JSON.stringify(refused.body)}`, refused)
    if (!mayView(channel)) return refusals.missingAccess
    if (!channel.recipient && (world.botPermissionsIn(channel) & SEND_MESSAGES) === 0n)
      return refusals.missingPermissions
    if (channel.recipient?.dmsClosed) return refusals.closedDms
    if (channel.recipient && !channel.recipient.inGuild) return refusals.noMutualGuilds

    const known =
      body.enforce_nonce && body.nonce !== undefined ? world.byNonce(channel, body.nonce) : undefined
    if (known) return ok(messageShape(world, known))
    const message = world.post(channel, body)
    message.attachments = form.files
    world.visible(message)
    return ok(messageShape(world, message))
  }

  /** The newest messages; for one who may not read what was said before there are none, which is no error. */
  function history(channel: Channel, query: URLSearchParams): Answer {
    const limit = Number(query.get('limit') ?? 50)
    if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
      const wrong = { limit: complaint('NUMBER_TYPE_MAX', 'int value should be between 1 and 100.') }
      return violation('history refused: limit', refuse(400, 50035, 'Invalid Form Body', wrong))
    }
    if (!mayView(channel)) return refusals.missingAccess
    const mayRead = channel.recipient || (world.botPermissionsIn(channel) & READ_MESSAGE_HISTORY) !== 0n
    return ok(
      mayRead
        ? publicIn(channel)
            .slice(-limit)
            .toReversed()
            .map((it) => listedShape(world, it))
        : [],
    )
  }

  function edit(message: StoredMessage, body: MessageBody): Answer {
    const errors = messageErrors(body)
    if (errors) {
      return violation(
        `edit refused: ${JSON.stringify(errors)}`,
        refuse(400, 50035, 'Invalid Form Body', errors),
      )
    }
    if (!message.channel.recipient && (world.bot.permissions & VIEW_CHANNEL) === 0n) {
      return refusals.missingAccess
    }
    world.edit(message, body)
    world.visible(message, true)
    return ok(messageShape(world, message))
  }

  function openDm(form: Form): Answer {
    const wanted = form.body
    const id =
      typeof wanted === 'object' && wanted !== null && 'recipient_id' in wanted ? wanted.recipient_id : ''
    const person = world.people.get(String(id))

    return person ? ok(channelShape(world, world.dmChannel(person))) : refusals.unknownUser
  }

  function mayView(channel: Channel): boolean {
    if (channel.recipient || channel.elsewhere) return true
    return world.bot.inGuild && (world.botPermissionsIn(channel) & VIEW_CHANNEL) !== 0n
  }

  /** How many members have each role; nobody is counted for @everyone. */
  function roleCounts(): Record<string, number> {
    const members = [...world.people.values()].filter((it) => it.inGuild)
    const counted = world.roles
      .filter(({ id }) => id !== world.guildId)
      .map(({ id }) => [id, members.filter((it) => it.roles.includes(id)).length] as const)
    return Object.fromEntries(counted)
  }

  function setCommands(list: CommandBody[], scope: 'guild' | 'global'): Answer {
    const errors = commandErrors(list)
    if (errors) return violation('commands refused', refuse(400, 50035, 'Invalid Form Body', errors))

    const kept = scope === 'guild' ? world.commands : world.globalCommands
    const registered: RegisteredCommand[] = list.map((command) => ({
      ...command,
      id: kept.find((one) => one.name === command.name)?.id ?? world.snowflake(),
      application_id: world.bot.id,
      ...(scope === 'guild' && { guild_id: world.guildId }),
      version: world.snowflake(),
      default_member_permissions: command.default_member_permissions ?? null,
    }))
    kept.splice(0, kept.length, ...registered)
    return ok(kept)
  }

  function ofGuild(path: Record<string, string>, then: () => Answer): Answer {
    return ofApplication(path, () => {
      if (path.guild !== world.guildId || !world.bot.inGuild) return refusals.unknownGuild
      return path.app !== undefined && !world.commandsAllowed ? refusals.missingAccess : then()
    })
  }

  function ofApplication(path: Record<string, string>, then: () => Answer): Answer {
    if (path.app !== undefined && path.app !== world.bot.id) {
      return violation(`${path.app} is not the application`, refuse(403, 20012, 'You are not authorized'))
    }
    return then()
  }

  function inChannel(path: Record<string, string>, then: (channel: Channel) => Answer): Answer {
    const channel = world.channels.get(path.channel ?? '')
    return channel ? then(channel) : refusals.unknownChannel
  }

  function onMessage(path: Record<string, string>, then: (message: StoredMessage) => Answer): Answer {
    return inChannel(path, (channel) => {
      const message = publicIn(channel).find((one) => one.id === path.message)
      return message ? then(message) : refusals.unknownMessage
    })
  }

  /** What the channel routes reach: never a message that only one person sees. */
  function publicIn(channel: Channel): StoredMessage[] {
    return world.messages.filter((one) => one.channel === channel && !one.onlyFor)
  }

  function violation(what: string, answer: Answer): Answer {
    world.violations.push(what)
    return answer
  }

  function parsed<T extends z.ZodType>(schema: T, form: Form, then: (body: z.infer<T>) => Answer): Answer {
    const body = schema.safeParse(form.body)
    if (body.success) return then(body.data)
    return violation(`unreadable body: ${body.error.message}`, refuse(400, 50035, 'Invalid Form Body', {}))
  }

  function nextFault(method: string, route: string): Fault | undefined {
    const found = faults.find((one) => (one.times ?? 1) > 0 && meets(one, method, route))
    if (found) found.times = (found.times ?? 1) - 1
    return found
  }
}

interface RestNeeds {
  clock: Clock
  world: World
  interactions: Interactions
  /** The one that is accepted now. */
  token: () => string
  gatewayUrl: () => string
}

function bot(method: string, pattern: string, handle: Handler): Route {
  return { method, pattern: pattern.split('/').slice(1), open: false, handle }
}

function anybody(method: string, pattern: string, handle: Handler): Route {
  return { ...bot(method, pattern, handle), open: true }
}

function matches(pattern: string[], segments: string[]): boolean {
  return (
    pattern.length === segments.length && pattern.every((it, i) => it.startsWith(':') || it === segments[i])
  )
}

function values(pattern: string[], segments: string[]): Record<string, string> {
  const named = pattern.map((it, i) => [it, segments[i] ?? ''] as const).filter(([it]) => it.startsWith(':'))

  return Object.fromEntries(named.map(([name, value]) => [name.slice(1), value]))
}

function meets(fault: Fault, method: string, route: string): boolean {
  if (fault.method !== undefined && fault.method !== method) return false
  if (fault.route === undefined) return true
  return typeof fault.route === 'string' ? route.includes(fault.route) : fault.route.test(route)
}

function faulty({ kind }: Fault): Answer {
  if (kind.kind === 'rate-limit') return rateLimited(kind.retryAfterS, kind.global)
  if (kind.kind === 'status')
    return refuse(kind.status, kind.code ?? 0, kind.message ?? 'Planned by the test')
  return refuse(500, 0, 'Planned by the test')
}

/** Translations come only when they are asked for. */
function listed(commands: readonly RegisteredCommand[], query: URLSearchParams): unknown {
  if (query.get('with_localizations') === 'true') return commands
  const kept = (name: string, value: unknown) => (name.endsWith('_localizations') ? undefined : value)
  return JSON.parse(JSON.stringify(commands, kept))
}

function gatewayInformation(url: string) {
  return {
    url,
    shards: 1,
    session_start_limit: { total: 1000, remaining: 999, reset_after: 86_400_000, max_concurrency: 1 },
  }
}

function withoutToken(route: string): string {
  return route.replace(/^\/(interactions|webhooks)\/(\d+)\/[^/]+/, '/$1/$2/...')
}

/** A 204 must not carry a content type: the real client trips over it. */
function send(response: ServerResponse, { status, body, headers }: Answer): void {
  if (status === 204) {
    response.writeHead(204, headers).end()
    return
  }
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

function isOfGuild(channel: Channel): boolean {
  return !channel.recipient && !channel.elsewhere
}
