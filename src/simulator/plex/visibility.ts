import type { Catalogue, SimItem } from './catalogue.js'
import { decodedOnce, type Labels } from './labels.js'
import type { People, SimAccount } from './people.js'
import { hasFeature, type ServerSwitches } from './switches.js'

export type Visibility = ReturnType<typeof createVisibility>

/** Who may see what of a simulated server: libraries that are open to them, less what their filters hide. */
export function createVisibility(needs: {
  server: ServerSwitches
  people: People
  catalogue: Catalogue
  labels: Labels
}) {
  const { server, people, catalogue, labels } = needs

  return { maySee, mayOpen }

  function maySee(who: SimAccount, item: SimItem): boolean {
    if (who === people.owner || people.isGranted(who, item.ratingKey)) return true
    return mayOpen(who, item.libraryKey) && filtersOf(who, item).every((text) => letsThrough(text, of(item)))
  }

  function mayOpen(who: SimAccount, libraryKey: string): boolean {
    return people.mayPlay(who, libraryKey)
  }

  /** Filters hold for a person as long as the owner has a Plex Pass. */
  function filtersOf(who: SimAccount, item: SimItem): string[] {
    const settings = hasFeature(server, 'content_filter') ? people.settingsOf(who.plexId) : undefined
    const ofKind = item.type === 'movie' ? settings?.filterMovies : settings?.filterTelevision
    return [ofKind ?? '', settings?.filterAll ?? ''].filter(Boolean)
  }

  /** Labels and ratings count on films and whole shows; a season or an episode passes as its show does. */
  function of(item: SimItem): Facts {
    const showKey = item.type === 'episode' ? item.grandparentRatingKey : item.parentRatingKey
    const whole = (showKey === undefined ? undefined : catalogue.item(showKey)) ?? item
    return {
      label: labels.of(whole.ratingKey).map(({ tag }) => tag.toLowerCase()),
      contentRating: whole.contentRating === undefined ? [] : [whole.contentRating.toLowerCase()],
    }
  }
}

interface Facts {
  label: string[]
  contentRating: string[]
}

interface Condition {
  field: string
  not: boolean
  values: string[]
}

/**
 * Whether an item passes a filter such as `label=A%2CB` or `contentRating=PG|label!=B`. What allows widens: one
 * label or one rating that fits is enough. What forbids holds whatever is allowed.
 */
export function letsThrough(filter: string, facts: Facts): boolean {
  const conditions = conditionsOf(filter)
  const allowing = conditions.filter((one) => !one.not)
  const forbidden = conditions.some((one) => one.not && fits(one, facts))
  return !forbidden && (allowing.length === 0 || allowing.some((one) => fits(one, facts)))
}

function fits({ field, values }: Condition, facts: Facts): boolean {
  const has = field === 'label' ? facts.label : field === 'contentRating' ? facts.contentRating : []
  return values.some((value) => has.includes(value))
}

/** Decoded once, cut at `&`, then at `|`, then at the first `=` or `!=`, then at commas. */
function conditionsOf(filter: string): Condition[] {
  return decodedOnce(filter)
    .split('&')
    .flatMap((group) => group.split('|'))
    .flatMap((text) => {
      const [, field = '', not = '', values = ''] = /^([^=!]+)(!?)=(.*)$/.exec(text) ?? []
      return field === '' ? [] : [{ field, not: not === '!', values: values.toLowerCase().split(',') }]
    })
}
