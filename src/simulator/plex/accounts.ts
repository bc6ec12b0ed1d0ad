export interface SimAccount {
  plexId: number
  username: string
  email: string
  token: string
  /** A member of the owner's Plex Home. */
  home: boolean
  friend: boolean
}

export type Accounts = ReturnType<typeof createAccounts>

/** Who has an account at plex.tv, and with which token. */
export function createAccounts(ownerName: string) {
  const accounts: SimAccount[] = []
  const deadTokens = new Set<string>()
  const owner = addAccount(ownerName, { plexId: 90210001 })

  return { accounts, owner, addAccount, account, named, byId, byToken, killToken, renewToken }

  function addAccount(
    username: string,
    more: { plexId?: number; email?: string; token?: string; home?: boolean } = {},
  ): SimAccount {
    const account: SimAccount = {
      plexId: more.plexId ?? 40110000 + accounts.length,
      username,
      email: more.email ?? `${username}@example.test`,
      token: more.token ?? `token-of-${username}`,
      home: more.home ?? false,
      friend: false,
    }
    accounts.push(account)
    return account
  }

  function account(username: string): SimAccount {
    const found = named(username)
    if (!found) throw new Error(`Nobody is called ${username} at the simulated plex.tv.`)
    return found
  }

  function named(name: string): SimAccount | undefined {
    const exact = accounts.find((one) => one.username === name)
    if (exact) return exact

    const wanted = name.toLowerCase()
    return accounts.find((one) => one.username.toLowerCase() === wanted || one.email.toLowerCase() === wanted)
  }

  function byId(plexId: number): SimAccount | undefined {
    return accounts.find((one) => one.plexId === plexId)
  }

  function byToken(token: string): SimAccount | undefined {
    return deadTokens.has(token) ? undefined : accounts.find((one) => one.token === token)
  }

  /** The device was removed, or the password changed: nobody knows the token from now on. */
  function killToken(username: string): void {
    deadTokens.add(account(username).token)
  }

  function renewToken(username: string, token: string): void {
    account(username).token = token
    deadTokens.delete(token)
  }
}
