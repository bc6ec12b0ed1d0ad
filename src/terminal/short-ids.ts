const letters = 6

/** The end of an id, which tells apart what people see at one time. */
export function shortId(id: string): string {
  return id.slice(-letters)
}

/** Whether the typed text is the id, or its end as it is shown. */
export function isId(id: string, typed: string): boolean {
  return id === typed || shortId(id) === typed
}
