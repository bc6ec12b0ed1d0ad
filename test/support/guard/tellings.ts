import type { Notice } from '../../../src/core/telling/notices.js'
import type { GuardWorld } from './guard-world.js'

/** Complains of whatever people were told more than once. */
export function complaintsAboutTelling({ discord, settings }: GuardWorld): string[] {
  const posts = discord.posts()
  const complaints = [...discord.complaints]
  const once = new Map<string, number>()
  for (const { message } of posts) {
    const key = onceKey(message.content)
    if (key !== undefined) once.set(key, (once.get(key) ?? 0) + 1)
  }
  for (const [key, times] of once) if (times > 1) complaints.push(`${times} messages: ${key}`)

  const strayed = new Map<string, number>()
  for (const { message } of posts) {
    const { content, createdAt } = message
    if (content.to !== 'guest' || content.notice.kind !== 'strayed') continue
    const { username } = content.guest
    const last = strayed.get(username)
    if (last !== undefined && createdAt - last < settings.monitor.repeatWindowMs) {
      complaints.push(`${username} was told of violations twice within ${createdAt - last} ms`)
    }
    strayed.set(username, createdAt)
  }
  return [...complaints, ...complaintsAboutOutages(posts.map((one) => one.message.content))]
}

/** What may be said once only, by whatever makes it the same. */
function onceKey(content: Notice): string | undefined {
  if (content.to === 'admins') {
    const { notice } = content
    if (notice.kind === 'violation') return `card of violation ${notice.violation.id}`
    return notice.kind === 'assignment-ended' ? `end of ${notice.assignment.id} for admins` : undefined
  }
  return undefined
}

function complaintsAboutOutages(contents: readonly Notice[]): string[] {
  const kinds = contents.flatMap(({ to, notice }) =>
    to === 'admins' && (notice.kind === 'plex-down' || notice.kind === 'plex-up') ? [notice.kind] : [],
  )
  const wrong = kinds.some((kind, at) => kind !== (at % 2 === 0 ? 'plex-down' : 'plex-up'))
  return wrong ? [`outages were told as ${kinds.join(', ')}`] : []
}
