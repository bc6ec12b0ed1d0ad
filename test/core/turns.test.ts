import { describe, expect, it } from 'vitest'
import { createTurns } from '../../src/core/engine/turns.js'

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('turns', () => {
  it('run tasks of one name one after the other, in the order they came', async () => {
    const turns = createTurns()
    const said: string[] = []
    const task = (name: string) => async () => {
      said.push(`${name} begins`)
      await turn()
      said.push(`${name} ends`)
    }
    await Promise.all([turns.run('guest', task('one')), turns.run('guest', task('two'))])

    expect(said).toEqual(['one begins', 'one ends', 'two begins', 'two ends'])
  })

  it('run tasks of different names side by side', async () => {
    const turns = createTurns()
    const said: string[] = []
    const never = turns.run('guest', () => new Promise(() => said.push('guest waits')))
    await turns.run('other', async () => said.push('other is done'))

    expect(said).toEqual(['guest waits', 'other is done'])
    expect(never).toBeInstanceOf(Promise)
  })

  it('answer what the task answers', async () => {
    expect(await createTurns().run('guest', async () => 42)).toBe(42)
  })

  it('go on after a task that failed, and tell only whoever asked for it', async () => {
    const turns = createTurns()
    const failing = turns.run('guest', async () => {
      throw new Error('refused')
    })
    const next = turns.run('guest', async () => 'next')

    await expect(failing).rejects.toThrow('refused')
    await expect(next).resolves.toBe('next')
  })

  it('wait for the last of a name, not for the first', async () => {
    const turns = createTurns()
    const said: string[] = []
    await turns.run('guest', async () => said.push('one'))
    const two = turns.run('guest', async () => {
      await turn()
      said.push('two')
    })
    const three = turns.run('guest', async () => said.push('three'))
    await Promise.all([two, three])

    expect(said).toEqual(['one', 'two', 'three'])
  })
})
