import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import axios, { type AxiosRequestConfig, isAxiosError } from 'axios'
import { z } from 'zod'
import type { AssignRequest } from '../core/api.js'
import { OtpError } from '../core/errors.js'
import { terminal as words } from '../core/messages/terminal.js'
import {
  assigned,
  ended,
  extended,
  failure,
  guestSession,
  mediaItem,
  monitoredGuest,
  monitorStatus,
  repairReport,
  resumed,
  serverReport,
  violation,
  type WireAssigned,
  type WireEnded,
  type WireExtended,
  type WireGuest,
  type WireMedia,
  type WireRepairReport,
  type WireResumed,
  type WireServerReport,
  type WireSession,
  type WireStatus,
  type WireViolation,
} from '../wire/shapes.js'
import { isErrorCode } from './exit-codes.js'
import { createWholeApi, noTimeout, type WholeApi } from './whole-api.js'

/** The service as the verbs need it. Every call may throw `service_unreachable` and what the service refuses. */
export interface Remote extends WholeApi {
  assign(request: RemoteAssignRequest): Promise<WireAssigned>
  /** Lends an item in a library of the guest's own. */
  shareLibrary(request: { guest: string; media: string }): Promise<WireAssigned>
  /** Changes the limits of the only open assignment of a guest. */
  extend(request: { guest: string; expires: string; plays?: number }): Promise<WireExtended>
  unassign(request: { guest: string; reason?: string }): Promise<WireEnded>
  /** Newest first; `since` is an ISO instant. */
  violations(query: ViolationsQuery): Promise<{ items: WireViolation[]; next: string | null }>
  search(text: string): Promise<WireMedia[]>
  sessions(): Promise<WireSession[]>
  /** Guests with their open assignments. */
  guests(): Promise<WireGuest[]>
  /** One guest with their open assignments, or a quick refusal. */
  guest(name: string): Promise<WireGuest>
  status(): Promise<WireStatus>
  /** The connection, and what no pass explains or a pass lacks. */
  server(): Promise<WireServerReport>
  /** Takes away what OTP made and no pass needs. */
  repair(): Promise<WireRepairReport>
  /** Goes on after a restore. */
  resume(): Promise<WireResumed>
}

/** Like the core's, but `media` is always a rating key. */
export type RemoteAssignRequest = Omit<AssignRequest, 'by' | 'guest'> & { guest: string }

export interface ViolationsQuery {
  guest?: string
  since?: string
  limit?: number
  cursor?: string
}

/** Ending may have to wait for plex.tv. */
const usualTimeoutMs = 60_000
/** A look while something else is waited for must not become a wait of its own. */
const glanceMs = 5_000
/** A connection on which nothing is said while files are copied is shown to be alive. */
const keepAlive = { keepAlive: true, keepAliveMsecs: 30_000 }

/** The running service over REST. `url` is its base address, the base path included. */
export function createRemote({
  url,
  key,
  timeoutMs = usualTimeoutMs,
}: {
  url: string
  key: string
  timeoutMs?: number
}): Remote {
  const base = url.replace(/\/+$/, '')
  const http = axios.create({
    baseURL: `${base}/api/v1`,
    headers: { Authorization: `Bearer ${key}` },
    timeout: timeoutMs,
    httpAgent: new HttpAgent(keepAlive),
    httpsAgent: new HttpsAgent(keepAlive),
    proxy: false,
    maxRedirects: 0,
    validateStatus: null,
  })

  return {
    ...createWholeApi({ one, list }),
    assign,
    shareLibrary,
    extend,
    unassign,
    violations,
    search,
    sessions,
    guests,
    guest,
    status,
    server,
    repair,
    resume,
  }

  function assign(request: RemoteAssignRequest): Promise<WireAssigned> {
    return one(assigned, { method: 'POST', url: '/assignments', data: request, timeout: noTimeout })
  }

  function shareLibrary({ guest, media }: { guest: string; media: string }): Promise<WireAssigned> {
    const data = { plexUsername: guest, ratingKey: media }
    return one(assigned, { method: 'POST', url: '/library/shared/new', data, timeout: noTimeout })
  }

  function extend({ guest, ...limits }: { guest: string; expires: string; plays?: number }) {
    return one(extended, { method: 'PATCH', url: '/assignments', params: { guest }, data: limits })
  }

  function unassign({ guest, reason }: { guest: string; reason?: string }): Promise<WireEnded> {
    return one(ended, { method: 'POST', url: '/request/remove', data: { plexUsername: guest, reason } })
  }

  function violations(query: ViolationsQuery) {
    return list(violation, { url: '/violations', params: query })
  }

  async function search(text: string): Promise<WireMedia[]> {
    return (await list(mediaItem, { url: '/media', params: { query: text } })).items
  }

  async function sessions(): Promise<WireSession[]> {
    return (await list(guestSession, { url: '/sessions' })).items
  }

  async function guests(): Promise<WireGuest[]> {
    return (await list(monitoredGuest, { url: '/monitor/users' })).items
  }

  function guest(name: string): Promise<WireGuest> {
    return one(monitoredGuest, { url: `/monitor/user/${encodeURIComponent(name)}`, timeout: glanceMs })
  }

  function status(): Promise<WireStatus> {
    return one(monitorStatus, { url: '/monitor' })
  }

  function server(): Promise<WireServerReport> {
    return one(serverReport, { url: '/server' })
  }

  function repair(): Promise<WireRepairReport> {
    return one(repairReport, { method: 'POST', url: '/server/repair', timeout: noTimeout })
  }

  function resume(): Promise<WireResumed> {
    return one(resumed, { method: 'POST', url: '/monitor/resume' })
  }

  async function one<T extends z.ZodType>(shape: T, request: AxiosRequestConfig): Promise<z.output<T>> {
    return read(shape, (await answer(z.object({ result: z.unknown() }), request)).result)
  }

  async function list<T extends z.ZodType>(
    shape: T,
    request: AxiosRequestConfig,
  ): Promise<{ items: z.output<T>[]; next: string | null }> {
    const page = await answer(
      z.object({ result: z.array(z.unknown()), next: z.string().nullable() }),
      request,
    )
    return { items: page.result.map((item) => read(shape, item)), next: page.next }
  }

  async function answer<T extends z.ZodType>(envelope: T, request: AxiosRequestConfig): Promise<z.output<T>> {
    const { status, data } = await http.request<unknown>(request).catch((error: unknown) => {
      throw unreachable(error)
    })

    if (status >= 200 && status < 300) return read(envelope, data)
    throw refusalIn(data)
  }

  function read<T extends z.ZodType>(shape: T, value: unknown): z.output<T> {
    const found = shape.safeParse(value)
    if (found.success) return found.data
    throw notOtp(found.error)
  }

  /** A code that this version does not know yet is still a refusal, with its sentence. */
  function refusalIn(data: unknown): OtpError {
    const found = failure.safeParse(data)
    if (!found.success) return notOtp(found.error)

    const { code, reason, candidates } = found.data
    return new OtpError(isErrorCode(code) ? code : 'conflict', reason, candidates ? { candidates } : {})
  }

  function unreachable(error: unknown): unknown {
    if (!isAxiosError(error)) return error
    return new OtpError('service_unreachable', words.cannotReach(base, error.code ?? 'no answer'))
  }

  function notOtp(cause: unknown): OtpError {
    return new OtpError('service_unreachable', words.notOtp(base), { cause })
  }
}
