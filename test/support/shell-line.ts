/**
 * The words of a line as a POSIX shell would make them: quotes, and variables, which are split at blanks unless they
 * are quoted. Nothing else of the shell is known; a line that has more of it throws.
 */
export function shellWords(line: string, variables: Readonly<Record<string, string>>): string[] {
  if (/[`;|<>\\(){}]|&(?![^"]*")/.test(line.replace(/'[^']*'/g, '')))
    throw new Error(`More than words stand in: ${line}`)

  const parts = line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []
  return parts.flatMap((part) => {
    if (!/["']/.test(part)) return filled(part).split(/\s+/)
    return [
      (part.match(/"[^"]*"|'[^']*'|[^"']+/g) ?? [])
        .map((piece) => (piece.startsWith("'") ? piece.slice(1, -1) : filled(piece.replaceAll('"', ''))))
        .join(''),
    ]
  })

  function filled(text: string): string {
    return text.replace(/\$(\w+)/g, (_, name: string) => {
      const value = variables[name]
      if (value === undefined) throw new Error(`$${name} is not set in: ${line}`)
      return value
    })
  }
}
