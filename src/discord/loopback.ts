/** Whether an address can only be on this machine. */
export function isLoopback(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : ''
  return host === '127.0.0.1' || host === '[::1]' || host === 'localhost'
}

/** Makes an accidental call to the real service impossible while a simulated one is in use. */
export function assertLoopback(url: string): void {
  if (!isLoopback(url))
    throw new Error('A request to another machine was stopped: [discord] api_url is on this one')
}
