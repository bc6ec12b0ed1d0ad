import { type Command, Option } from 'commander'
import { z } from 'zod'
import { libraries as libraryWords } from '../../core/messages/libraries.js'
import { refusals } from '../../core/messages/refusals.js'
import { terminal as words } from '../../core/messages/terminal.js'
import { library, libraryTypes, type WireLibrary } from '../../wire/shapes.js'
import { usageError } from '../exit-codes.js'
import { ratingKeyOf } from '../media.js'
import type { Show } from '../screen.js'
import type { Column } from '../table.js'
import { addVerb, globalOptions, type OpenDesk } from '../verb.js'
import { told, whileAssigning } from './assign.js'
import type { LibrariesHere, Own } from './own.js'

const { columns } = words
/** Who did it, for the log. */
const by = 'terminal'

/** `otp library`: what the server has, more of it, less of it, and a library of a guest's own. */
export function addLibrary(program: Command, openDesk: OpenDesk, own: Own): void {
  const group = program.command('library').description('the libraries of the Plex server')

  addVerb(
    group,
    openDesk,
    {
      usage: 'list',
      summary: 'the libraries of the server (needs no running service)',
      example: 'otp library list',
      options: globalOptions,

      async run([verb], { config }, { show }) {
        if (verb !== undefined) throw usageError([words.unknownVerb(verb)])
        const found = await own.libraries(config, ({ libraries }) => atServer(show, libraries.list()))
        show.table(found.map(shown), libraryColumns, words.none.libraries())
      },
    },
    { isDefault: true },
  )

  addVerb(group, openDesk, {
    usage: 'new [path...]',
    summary: 'make a library of folders on the machine of the server (needs no running service)',
    example: 'otp library new /media/short --name "Short Films" --type movie',
    flags: [
      new Option('--name <name>', 'what it is called').makeOptionMandatory(),
      new Option('--type <type>', 'what is in it').choices(libraryTypes).makeOptionMandatory(),
      new Option('--location <path>', 'a folder, beside those named before').hideHelp(),
      new Option('--agent <agent>', 'what finds the descriptions, such as tv.plex.agents.movie'),
      new Option('--scanner <scanner>', 'what reads the files, such as "Plex Movie"'),
      new Option('--language <language>', 'of the descriptions, such as en-US'),
    ],
    options: globalOptions.extend({
      name: z.string(),
      type: z.enum(libraryTypes),
      location: z.string().exactOptional(),
      agent: z.string().exactOptional(),
      scanner: z.string().exactOptional(),
      language: z.string().exactOptional(),
    }),

    async run(paths, { config, name, type, location, agent, scanner, language }, { show }) {
      if (paths.length === 0 && location === undefined) throw usageError([refusals.foldersMissing()])
      const wanted = {
        title: name,
        type,
        folders: location === undefined ? paths : [...paths, location],
        by,
        ...(agent !== undefined && { agent }),
        ...(scanner !== undefined && { scanner }),
        ...(language !== undefined && { language }),
      }
      const made = await own.libraries(config, ({ libraries }) => atServer(show, libraries.make(wanted)))
      show.one(shown(made), () => [words.libraryMade(made.title, made.key)])
    },
  })

  addVerb(group, openDesk, {
    usage: 'rm <key>',
    summary: 'remove a library, never its files (needs no running service)',
    example: 'otp library rm 7 --confirm "Short Films"',
    flags: [new Option('--confirm <title>', 'its exact title, to say that this is meant')],
    options: globalOptions.extend({ confirm: z.string().exactOptional() }),

    async run([key = ''], { config, confirm }, { show }) {
      await own.libraries(config, async (here) => {
        if (!here.knowsPasses) show.remark(words.removalUnchecked())
        const title = confirm ?? (await typedTitle(key, here, show))
        const request = { key, by, ...(title !== undefined && { confirm: title }) }
        const removed = await atServer(show, here.libraries.remove(request))

        show.one(shown(removed), () => [libraryWords.removed(removed.title)])
      })
    },
  })

  addVerb(group, openDesk, {
    usage: 'shared <guest> <media...>',
    summary: 'let a guest watch one item, in a library of their own',
    example: 'otp library shared robin "Half Loop"',
    options: z.object({}),

    async run([guest = '', ...media], _, desk) {
      const remote = await desk.remote()
      const request = { guest, media: await ratingKeyOf(media.join(' '), remote, desk.show) }
      const done = await whileAssigning(desk, remote, guest, remote.shareLibrary(request))
      desk.show.one(done, () => told(done))
    },
  })
}

const libraryColumns: Column<WireLibrary>[] = [
  { head: columns.key, cell: ({ key }) => key },
  { head: columns.title, cell: ({ title }) => title },
  { head: columns.type, cell: ({ type }) => type },
  { head: columns.scanning, cell: ({ scanning }) => (scanning ? words.scanGoesOn() : '') },
  { head: columns.folders, cell: ({ folders }) => folders.join(', ') },
]

/** Without a library under the key, or without anybody to ask, the removal says itself what is missing. */
async function typedTitle(
  key: string,
  { libraries }: LibrariesHere,
  show: Show,
): Promise<string | undefined> {
  const found = (await atServer(show, libraries.list())).find((one) => one.key === key)
  return found && show.ask(words.confirmRemoval(found.title))
}

function atServer<T>(show: Show, work: Promise<T>): Promise<T> {
  return show.waiting(words.waiting.server(), work)
}

/** As the API shows it, without what only OTP needs. */
function shown(found: WireLibrary): WireLibrary {
  return library.parse(found)
}
