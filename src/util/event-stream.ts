/** A part of a stream of server-sent events that ended with an empty line. */
export interface EventFrame {
  data?: string
  /** Where to go on after a lost connection; the last that came, also without data. */
  id?: string
}

/**
 * Reads a stream of server-sent events, in whatever pieces it comes. What matters are data and ids: whoever sends says
 * in the data what it is about, so names and comments are passed over.
 */
export function createEventReader({ maxLength = 1024 * 1024 } = {}) {
  const decoder = new TextDecoder()
  let rest = ''
  let endedWithCr = false
  let data: string[] = []
  let id: string | undefined

  return { read }

  /** The frames that end with this piece, or nothing when one grows beyond all bounds: that is the end. */
  function read(piece: Uint8Array): EventFrame[] | undefined {
    const frames = linesWith(decoder.decode(piece, { stream: true })).flatMap(take)
    const held = data.reduce((sum, one) => sum + one.length, rest.length)
    return held > maxLength ? undefined : frames
  }

  /** The lines that are whole now. A line ends with CR, LF or both, and a piece may end between the two. */
  function linesWith(text: string): string[] {
    const fresh = endedWithCr && text.startsWith('\n') ? text.slice(1) : text
    if (text !== '') endedWithCr = text.endsWith('\r')

    const lines = `${rest}${fresh}`.split(/\r\n|\r|\n/)
    rest = lines.pop() ?? ''
    return lines
  }

  /** An empty line ends a frame. */
  function take(line: string): EventFrame[] {
    if (line !== '') {
      const [, field, value = ''] = /^(data|id)(?:: ?(.*))?$/.exec(line) ?? []
      if (field === 'data') data.push(value)
      if (field === 'id') id = value
      return []
    }
    const frame = { ...(data.length > 0 && { data: data.join('\n') }), ...(id !== undefined && { id }) }
    data = []
    id = undefined
    return Object.keys(frame).length > 0 ? [frame] : []
  }
}
