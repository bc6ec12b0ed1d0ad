import { expect, test } from 'vitest'
import { buttons } from '../../src/discord/buttons/index.js'
import { cardRows } from '../support/presses/card-rows.js'
import { guestRows } from '../support/presses/guest-rows.js'
import { replyRows } from '../support/presses/reply-rows.js'
import { testEach } from '../support/presses/table.js'

const rows = [...cardRows, ...replyRows, ...guestRows]
/** Those of questions, which the bot answers itself. */
const answers = ['yes', 'no', 'pick']

test('every button and menu has a row, and no row is of none', () => {
  const all = [...buttons.map(({ action }) => action), ...answers].sort()
  expect([...new Set(rows.map((one) => one.of))].sort()).toEqual(all)
  expect(new Set(rows.map((one) => one.name)).size).toBe(rows.length)
})

testEach('buttons', rows, 40)
