import { type Command, Option } from 'commander'
import { probe as words } from '../../core/messages/probe.js'
import type { Probed } from '../../core/probed.js'
import { addVerb, globalOptions, type OpenDesk } from '../verb.js'
import type { Own } from './own.js'

/** `otp probe`: a report of how this Plex answers, to be attached to a report of a fault. */
export function addProbe(program: Command, openDesk: OpenDesk, own: Own, version: string): void {
  addVerb(program, openDesk, {
    usage: 'probe',
    summary: 'a report of how this Plex answers, for a bug report; reads only (needs no running service)',
    example: 'otp probe --redact > probe.txt',
    flags: [new Option('--redact', 'hide tokens, e-mails, names, titles, addresses and ids; always done')],
    options: globalOptions,

    async run(_, { config }, { show }) {
      const found = await show.waiting(words.asking(), own.probe(config))
      const about = { otp: version, node: process.version, platform: process.platform }

      show.one(about, () => [words.about(about.otp, about.node, about.platform), words.hidden()])
      for (const one of found) show.one(one, () => linesOf(one))
    },
  })
}

function linesOf({ name, wonders, asked, trouble, ...answer }: Probed): string[] {
  const { status = 0, contentType = '', tookMs = 0, shape } = answer
  const head = ['', `## ${name}`, wonders]
  if (trouble !== undefined) return [...head, words.silent(asked, trouble)]

  const lines = JSON.stringify(shape, undefined, 2).split('\n')
  return [...head, words.answered(asked, status, contentType, tookMs), ...lines]
}
