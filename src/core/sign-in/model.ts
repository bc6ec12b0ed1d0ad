import type { PlexPerson } from '../model.js'

/** Asks somebody to sign in at Plex for OTP. */
export interface SignInPin {
  id: string
  /** The page where they do. The PIN's code is in it and nowhere else. */
  link: string
  /** By our own clock, whatever the clock of plex.tv says. */
  expiresAt: number
}

/** What plex.tv says of a PIN. One that it does not know, or not any more, has expired. */
export type PinState = { kind: 'waiting' } | { kind: 'expired' } | { kind: 'claimed'; token: string }

/** How far somebody has come with signing in. */
export type SignInState =
  | { state: 'waiting'; expiresAt: number }
  | { state: 'expired' }
  | { state: 'done'; account: PlexPerson }

/** A media server that belongs to an account. */
export interface OwnedServer {
  machineIdentifier: string
  name: string
  version?: string
  connections: ServerConnection[]
}

/** One address of a server. */
export interface ServerConnection {
  url: string
  /** In the server's own network. */
  local: boolean
  /** Through plex.tv, and narrow. */
  relay: boolean
  secure: boolean
}

/** An owned server, best address first, and whether OTP uses it now. */
export interface ListedServer extends OwnedServer {
  inUse: boolean
}

export interface ChosenServer {
  machineIdentifier: string
  name: string
  /** Where it answered. */
  url: string
  version: string
}
