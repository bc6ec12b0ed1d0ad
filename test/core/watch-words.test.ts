import { expect, test } from 'vitest'
import { watch } from '../../src/core/messages/watch.js'

test.each([
  [0.2, 1, 'within 1 ms'],
  [4.4, 61.7, 'half within 4 ms, 95 % within 62 ms'],
  [20, 300, 'half within 20 ms, 95 % within 0.3 s'],
  [9_900, 9_960, 'half within 9.9 s, 95 % within 10 s'],
  [12_000, 12_000, 'within 12 s'],
  [119_000, 600_000, 'half within 119 s, 95 % within 10 min'],
])('half of %s ms and most of %s ms read well', (p50Ms, p95Ms, words) => {
  expect(watch.within({ count: 2, p50Ms, p95Ms })).toBe(words)
})
