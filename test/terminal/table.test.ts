import { expect, it } from 'vitest'
import { type Column, renderTable } from '../../src/terminal/table.js'
import { cut, widthOf } from '../../src/terminal/width.js'

const columns: Column<{ id: string; title: string; on: string }>[] = [
  { head: 'ID', cell: ({ id }) => id, whole: true },
  { head: 'TITLE', cell: ({ title }) => title },
  { head: 'ON', cell: ({ on }) => on },
]
const rows = [
  { id: 'aaa111222', title: '千と千尋の神隠し', on: 'Plex Web, Chrome' },
  { id: 'b', title: 'Amélie 🎬 and a long name', on: 'TV' },
]

it.each([
  ['Arrival', 7],
  ['千と千尋', 8],
  ['한국어', 6],
  ['e\u0301', 1],
  ['🎬', 2],
  ['❤️', 2],
  ['', 0],
])('%s takes so many columns: %d', (text, width) => {
  expect(widthOf(text)).toBe(width)
})

it('cuts with an ellipsis, and never a wide letter in half', () => {
  expect(cut('Arrival', 7)).toBe('Arrival')
  expect(cut('Arrival', 4)).toBe('Arr…')
  expect(cut('千と千尋', 6)).toBe('千と…')
  expect(cut('千と千尋', 5)).toBe('千と…')
  expect(cut('Arrival', 1)).toBe('…')
  expect(cut('Arrival', 0)).toBe('')
})

it('keeps columns below each other whatever the letters, and never gets wider than the terminal', () => {
  expect(renderTable(columns, rows, 100).join('\n')).toMatchInlineSnapshot(`
    "ID         TITLE                      ON
    aaa111222  千と千尋の神隠し           Plex Web, Chrome
    b          Amélie 🎬 and a long name  TV"
  `)
  for (const width of [60, 40, 30, 26, 16, 9]) {
    const lines = renderTable(columns, rows, width)
    expect(Math.max(...lines.map(widthOf)), `of ${width}`).toBeLessThanOrEqual(width)
    expect(lines[1], `of ${width}`).toMatch(/^aaa111222/)
  }
  expect(renderTable(columns, rows, 32).join('\n')).toMatchInlineSnapshot(`
    "ID         TITLE      ON
    aaa111222  千と千尋…  Plex Web,…
    b          Amélie …   TV"
  `)
})
