import type { Context, Middleware } from 'koa'
import { OtpError } from '../core/errors.js'

const maxBytes = 256 * 1024
/** No field of the API is deeper; what is would only keep whatever walks through it busy. */
const deepest = 8
const jsonTypes = ['application/json', 'application/*+json']
const formTypes = ['application/x-www-form-urlencoded']
const multipartTypes = ['multipart/form-data']

/** Reads JSON and form bodies into `ctx.request.body`; nothing else is taken, and never a file. */
export function readBody(): Middleware {
  return async (ctx, next) => {
    if (!hasBody(ctx)) return next()
    if (!ctx.is(...jsonTypes, ...formTypes, ...multipartTypes)) ctx.throw(415)
    if ((ctx.request.length ?? 0) > maxBytes) ctx.throw(413)

    const files: string[] = []
    const parse = await parser(files)
    await parse(ctx, async () => {})

    if (files.length > 0) {
      throw new OtpError('invalid_input', `${files.join(', ')}: expected text, not a file.`)
    }
    if (isDeeperThan(deepest, ctx.request.body)) {
      throw new OtpError('invalid_input', `body: expected fields that are at most ${deepest} levels deep.`)
    }
    await next()
  }
}

function hasBody(ctx: Context): boolean {
  return ctx.get('Transfer-Encoding') !== '' || (ctx.request.length ?? 0) > 0
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((one) => isDeeperThan(levels - 1, one))
}

/**
 * One for each request, because only its own list of parts tells what was sent. The package is loaded with the first
 * body, since its many formats take a tenth of the time of a start.
 */
async function parser(files: string[]): Promise<Middleware> {
  const { koaBody } = await import('koa-body')
  return koaBody({
    patchNode: false,
    text: false,
    multipart: true,
    jsonLimit: maxBytes,
    formLimit: maxBytes,
    jsonTypes,
    urlencodedTypes: formTypes,
    multipartTypes,
    // Fields called like what every object has are fields like others, so that they are refused and not dropped.
    queryString: { allowDots: false, depth: 0, parameterLimit: 50, plainObjects: true },
    formidable: {
      maxFields: 50,
      maxFieldsSize: maxBytes,
      // A part with a type of its own would be written to disk: it is noted and thrown away instead.
      onPart(part, handlePart) {
        if (part.originalFilename || part.mimetype) files.push(part.name ?? 'file')
        else handlePart(part)
      },
    },
  })
}
