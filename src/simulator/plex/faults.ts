/** What a simulated server does instead of, or around, its answer. */
export type FaultAct =
  /** Answers this without doing anything. */
  | { kind: 'answer'; status: number; body?: string; type?: string; headers?: Record<string, string> }
  /** Answers 200 with a web page, as a captive portal or a proxy does. */
  | { kind: 'html' }
  /** Sends the first half of the real answer as if it were all of it. */
  | { kind: 'cut' }
  /** Closes the connection, `after` the request took effect or `before`. */
  | { kind: 'reset'; when: 'before' | 'after' }
  /** Keeps silent until released or closed; `after`: the request has taken effect. */
  | { kind: 'hang'; when: 'before' | 'after' }
  /** Answers properly, but only after this time of the simulated clock. */
  | { kind: 'delay'; ms: number }
  /** Answers with what this makes of the real body. */
  | { kind: 'twist'; twist: (body: string) => string }

export interface Fault {
  /** `GET /status/sessions`: a method and the beginning of a path; `*` stands for any method. */
  match: string
  /** How many requests it hits; 1 unless told. */
  times?: number
  act: FaultAct
}

export interface Faults {
  /** Arranges what happens to the next matching requests. Earlier arrangements are used up first. */
  next(fault: Fault): void
  /** Forgets what was arranged and lets hanging requests go on. */
  clear(): void
  /** Lets hanging requests go on: they get their proper answer. */
  release(): void
}

/** The 429 of plex.tv's newer routes, with the seconds to wait or without. */
export function tooManyRequests(retryAfterSeconds?: number) {
  const error = { code: 1003, message: 'Too many requests', status: 429 }
  return {
    kind: 'answer',
    status: 429,
    type: 'application/json; charset=utf-8',
    body: JSON.stringify({ errors: [error] }),
    headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
  } as const satisfies FaultAct
}

/** The faults of one simulated server, with the inner side that its HTTP layer uses. */
export function createFaults() {
  let arranged: { fault: Fault; left: number }[] = []
  let hanging: (() => void)[] = []

  const faults: Faults = {
    next: (fault) => {
      arranged.push({ fault, left: fault.times ?? 1 })
    },
    clear: () => {
      arranged = []
      release()
    },
    release,
  }

  return { faults, take, released }

  /** The fault that hits this request, if any; it is used up by that. */
  function take(method: string, path: string): FaultAct | undefined {
    const hit = arranged.find(({ fault }) => hits(fault.match, method, path))
    if (!hit) return undefined

    hit.left -= 1
    if (hit.left <= 0) arranged = arranged.filter((one) => one !== hit)
    return hit.fault.act
  }

  function released(): Promise<void> {
    return new Promise((resolve) => {
      hanging.push(resolve)
    })
  }

  function release(): void {
    const waiting = hanging
    hanging = []
    for (const resume of waiting) resume()
  }
}

function hits(match: string, method: string, path: string): boolean {
  const [wantedMethod = '*', wantedPath = '/'] = match.split(' ')
  return (wantedMethod === '*' || wantedMethod === method) && path.startsWith(wantedPath)
}
