import type { Clock } from '../../core/ports.js'

export interface SimPin {
  id: number
  code: string
  /** A long code that only the sign-in page takes; a short one can be typed or linked. */
  strong: boolean
  clientIdentifier: string
  product: string
  createdAt: number
  expiresAt: number
  authToken?: string
}

const second = 1_000

/** PINs with which an app asks for somebody's token. */
export function createPins({ clock }: { clock: Clock }) {
  const pins: SimPin[] = []

  return { create, find, isOver, approve }

  function create(asked: { strong: boolean; clientIdentifier: string; product: string }): SimPin {
    const id = 700100201 + pins.length
    const lifeMs = (asked.strong ? 1_800 : 900) * second
    const pin: SimPin = {
      ...asked,
      id,
      code: asked.strong ? `simstrongcode${id}`.padEnd(25, 'q') : id.toString(36).slice(-4).toUpperCase(),
      createdAt: clock.now(),
      expiresAt: clock.now() + lifeMs,
    }
    pins.push(pin)
    return pin
  }

  /** Only the app that asked for a PIN is told about it. */
  function find(id: number, clientIdentifier: string): SimPin | undefined {
    return pins.find((one) => one.id === id && one.clientIdentifier === clientIdentifier)
  }

  function isOver(pin: SimPin): boolean {
    return clock.now() >= pin.expiresAt
  }

  /** Somebody signs in for the app that shows this PIN. Answers undefined when no such PIN is waiting. */
  function approve(idOrCode: number | string, authToken: string): SimPin | undefined {
    const pin = pins.find((one) => one.id === idOrCode || one.code === String(idOrCode))
    if (!pin || isOver(pin)) return undefined
    pin.authToken = authToken
    return pin
  }
}
