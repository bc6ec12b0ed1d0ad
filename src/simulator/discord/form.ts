import type { IncomingMessage } from 'node:http'

/** The body of a request: JSON, with or without files beside it. */
export interface Form {
  body: unknown
  files: { filename: string; size: number }[]
}

export async function readForm(request: IncomingMessage): Promise<Form> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const raw = Buffer.concat(chunks)
  const contentType = request.headers['content-type'] ?? ''

  if (contentType.startsWith('multipart/form-data')) return multipart(raw, contentType)
  return { body: json(raw.toString('utf8')), files: [] }
}

async function multipart(raw: Buffer, contentType: string): Promise<Form> {
  const data = await new Response(new Uint8Array(raw), {
    headers: { 'content-type': contentType },
  }).formData()
  const files: Form['files'] = []
  let body: unknown = {}

  for (const [name, value] of data) {
    if (typeof value === 'string') {
      if (name === 'payload_json') body = json(value)
    } else {
      files.push({ filename: value.name, size: value.size })
    }
  }
  return { body, files }
}

function json(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return undefined
  }
}
