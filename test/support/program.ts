import { join } from 'node:path'
import { inject } from 'vitest'

/** The file to give to Node.js, so that it runs what stands in this one: compiled already. */
export function programOf(file: string): string {
  return join(inject('compiled'), file.replace(/\.ts$/, '.js'))
}
