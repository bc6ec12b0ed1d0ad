import { expect, onTestFinished, test } from 'vitest'
import { BOT_PERMISSIONS, READ_MESSAGE_HISTORY, VIEW_CHANNEL } from '../../src/simulator/discord/shapes.js'
import { startDiscord } from '../../src/simulator/discord/start.js'

test('the messages of a channel are read as Discord lets them be read', async () => {
  const discord = await startDiscord()
  onTestFinished(() => discord.close())
  const route = `${discord.apiUrl}/v10/channels/${discord.adminChannelId}/messages`
  const headers = {
    authorization: `Bot ${discord.token}`,
    'user-agent': 'DiscordBot (test)',
    'content-type': 'application/json',
  }
  for (const content of ['one', 'two', 'three']) {
    const body = JSON.stringify({ content, nonce: content, enforce_nonce: true })
    expect((await fetch(route, { method: 'POST', headers, body })).status).toBe(200)
  }
  const read = async (query: string) => {
    const response = await fetch(`${route}${query}`, { headers })
    return { status: response.status, text: await response.text() }
  }

  const newest = await read('?limit=2')
  expect(JSON.parse(newest.text)).toMatchObject([{ content: 'three' }, { content: 'two' }])
  expect(newest.text).not.toContain('nonce')
  for (const limit of [0, 101, 'many']) expect((await read(`?limit=${limit}`)).status).toBe(400)

  discord.setBotPermissions(BOT_PERMISSIONS & ~READ_MESSAGE_HISTORY)
  expect(await read('')).toEqual({ status: 200, text: '[]' })
  discord.setBotPermissions(BOT_PERMISSIONS & ~VIEW_CHANNEL)
  expect((await read('')).status).toBe(403)
})
