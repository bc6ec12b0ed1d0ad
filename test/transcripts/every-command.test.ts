import { ApplicationCommandOptionType } from 'discord.js'
import { expect, test } from 'vitest'
import { commands } from '../../commands/index.js'
import { commandRows, suggestionRows } from '../support/presses/command-rows.js'
import { testEach } from '../support/presses/table.js'

const rows = [...commandRows, ...suggestionRows]

test('every command, every verb and every option that suggests has a row, and no row is of none', () => {
  const all = commands.flatMap(({ data: { name, options = [] } }) => {
    const verbs = options.filter(({ type }) => type === ApplicationCommandOptionType.Subcommand)
    const suggesting = options.filter((one) => 'autocomplete' in one && one.autocomplete)
    const orders = verbs.length > 0 ? verbs.map((verb) => `/${name} ${verb.name}`) : [`/${name}`]
    return [...orders, ...suggesting.map((option) => `/${name} ${option.name}:`)]
  })
  expect(rows.map((one) => one.of).sort()).toEqual(all.sort())
})

testEach('commands', rows, 15)
