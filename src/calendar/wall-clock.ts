/** A day and a time as the clock on the wall shows them; months count from 1. */
interface Wall {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
}

const dayMs = 86_400_000

/** The clock on the wall of a time zone, which is put forward and back twice a year in many. */
export function createWallClock(timeZone: string) {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    era: 'short',
  })

  return { offsetMs, at }

  /** How far the wall is ahead of UTC at this instant. */
  function offsetMs(instant: number): number {
    const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
    const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0
    const shown = utc({
      year: part('year'),
      month: part('month'),
      day: part('day'),
      hour: part('hour'),
      minute: part('minute'),
      second: part('second'),
    })
    return shown - Math.floor(instant / 1_000) * 1_000
  }

  /**
   * The instant at which the wall shows this. Of an hour that comes twice it is the first, and an hour that is left
   * out counts as if the clock had not been put forward yet.
   */
  function at(wall: Wall): number {
    const shown = utc(wall)
    const before = offsetMs(shown - dayMs)
    const after = offsetMs(shown + dayMs)
    const fitting = [before, after].map((one) => shown - one).filter((one) => one + offsetMs(one) === shown)
    return fitting.length > 0 ? Math.min(...fitting) : shown - before
  }
}

function utc({ year, month, day, hour, minute, second }: Wall): number {
  return Date.UTC(year, month - 1, day, hour, minute, second)
}
