import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type Router from '@koa/router'

/** What the page needs, out of the package: nothing is fetched from elsewhere. */
const assets: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
}
/** Swagger UI sets styles and draws its marks by itself; everything else comes from this service. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

/** The readable page of the API. It holds no key: whoever wants to try something enters theirs. */
export function addDocs(router: Router, basePath: string): void {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  const page = `${basePath}/docs`

  router.get(page, (ctx) => {
    ctx.state.route = page
    ctx.set('Content-Security-Policy', policy)
    ctx.type = 'text/html'
    ctx.body = html(page)
  })
  router.get(`${page}/start.js`, (ctx) => {
    ctx.state.route = page
    ctx.type = 'text/javascript'
    ctx.body = start(`${basePath}/api/v1/openapi.json`)
  })
  for (const [name, type] of Object.entries(assets)) {
    router.get(`${page}/${name}`, async (ctx) => {
      ctx.state.route = page
      ctx.set('Cache-Control', 'public, max-age=86400')
      ctx.type = type
      ctx.body = await readFile(join(folder, name))
    })
  }
}

function html(page: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>One Time Plex Reloaded: REST API</title>
<link rel="stylesheet" href="${page}/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="${page}/swagger-ui-bundle.js"></script>
<script src="${page}/start.js"></script>
</body>
</html>
`
}

function start(description: string): string {
  const options = { url: description, dom_id: '#api', deepLinking: true, validatorUrl: null }
  return `SwaggerUIBundle(${JSON.stringify(options)})\n`
}
