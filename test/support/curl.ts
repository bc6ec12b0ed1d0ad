import { spawn, spawnSync } from 'node:child_process'
import { z } from 'zod'

/** What a call was answered with. */
export interface Called {
  status: number
  json: unknown
}

/** Whether this machine has curl. */
export const hasCurl = spawnSync('curl', ['--version']).status === 0

const known = z.enum(['-H', '-d', '-X', '-F'])

/** Calls as `curl` with these words does, by curl itself. */
export async function byCurl(words: readonly string[]): Promise<Called> {
  const child = spawn('curl', ['-sS', '--noproxy', '*', '-w', '\n%{http_code}', ...words], { env: {} })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`curl ended with ${code}: ${err}`)
  const at = out.lastIndexOf('\n')
  return { status: Number(out.slice(at)), json: JSON.parse(out.slice(0, at)) }
}

/** The same without curl, for machines that have none. */
export async function byFetch(words: readonly string[]): Promise<Called> {
  const headers = new Headers()
  const data: string[] = []
  const parts: [string, string][] = []
  let method: string | undefined
  let url = ''

  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    if (!word.startsWith('-')) {
      url = word
      continue
    }
    at += 1
    const value = words[at] ?? ''
    const [name = '', rest = ''] = halves(value, word.startsWith('-H') ? ':' : '=')
    switch (known.parse(word)) {
      case '-H':
        headers.set(name, rest.trim())
        break
      case '-d':
        data.push(value)
        break
      case '-F':
        parts.push([name, rest])
        break
      case '-X':
        method = value
        break
    }
  }
  const response = await fetch(url, { method: method ?? usualMethod(), headers, ...body() })
  return { status: response.status, json: await response.json() }

  function usualMethod(): string {
    return data.length + parts.length > 0 ? 'POST' : 'GET'
  }

  function body(): { body?: string | FormData } {
    if (parts.length > 0) {
      const form = new FormData()
      for (const [name, value] of parts) form.append(name, value)
      return { body: form }
    }
    if (data.length === 0) return {}
    if (!headers.has('Content-Type')) headers.set('Content-Type', 'application/x-www-form-urlencoded')
    return { body: data.join('&') }
  }
}

function halves(text: string, sign: string): [string, string] {
  const at = text.indexOf(sign)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
