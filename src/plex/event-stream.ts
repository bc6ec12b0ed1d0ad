/**
 * Reads a stream of server-sent events, in whatever pieces it comes. What matters is their data: Plex says in it
 * what it is about, so names, ids and comments are passed over.
 */
export function createEventReader({ maxLength = 1024 * 1024 } = {}) {
  const decoder = new TextDecoder()
  let rest = ''
  let endedWithCr = false
  let data: string[] = []

  return { read }

  /** The data of events that end with this piece, or nothing when one grows beyond all bounds: that is the end. */
  function read(piece: Uint8Array): string[] | undefined {
    const events = linesWith(decoder.decode(piece, { stream: true })).flatMap(take)
    const held = data.reduce((sum, one) => sum + one.length, rest.length)
    return held > maxLength ? undefined : events
  }

  /** The lines that are whole now. A line ends with CR, LF or both, and a piece may end between the two. */
  function linesWith(text: string): string[] {
    const fresh = endedWithCr && text.startsWith('\n') ? text.slice(1) : text
    if (text !== '') endedWithCr = text.endsWith('\r')

    const lines = `${rest}${fresh}`.split(/\r\n|\r|\n/)
    rest = lines.pop() ?? ''
    return lines
  }

  /** An empty line ends an event; one without data is none. */
  function take(line: string): string[] {
    if (line !== '') {
      const field = /^data(?:: ?(.*))?$/.exec(line)
      if (field) data.push(field[1] ?? '')
      return []
    }
    const event = data
    data = []
    return event.length > 0 ? [event.join('\n')] : []
  }
}
