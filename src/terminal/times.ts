/** An instant of the API in the reader's own zone, for a sentence: "Fri 27 Nov 2026, 20:00 CET". */
export function inWords(instant: string): string {
  return new Date(instant).toLocaleString('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  })
}

/** The time of day, with its seconds: "20:00:07". */
export function atClock(instant: string): string {
  return new Date(instant).toLocaleTimeString('sv-SE')
}

/** The same for a table: "2026-11-27 20:00". Sweden writes dates as ISO does. */
export function inColumn(instant: string): string {
  return new Date(instant).toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'short' })
}
