import { describe, expect, test } from 'vitest'
import { stageServer } from './plex-stage.js'

describe('labels on the simulated server', () => {
  test('what is sent replaces what was there', async () => {
    const { put, world, film } = await stageLabels()

    expect(await put(`type=1&id=${film.ratingKey}&label[0].tag.tag=Attic&label[1].tag.tag=otp-4f2a`)).toBe(
      200,
    )
    expect(world.labelsOf(film.ratingKey)).toEqual(['Attic', 'Otp-4f2a'])
    await put(`type=1&id=${film.ratingKey}&label[0].tag.tag=Cellar`)
    expect(world.labelsOf(film.ratingKey)).toEqual(['Cellar'])
  })

  test('a server may also add to what was there', async () => {
    const { put, world, film } = await stageLabels()
    world.server.labelWrites = 'add'
    world.label(film.ratingKey, 'Attic')

    await put(`type=1&id=${film.ratingKey}&label%5B0%5D.tag.tag=Cellar`)
    expect(world.labelsOf(film.ratingKey)).toEqual(['Attic', 'Cellar'])
  })

  test('the case of a label means nothing, whoever wrote it first', async () => {
    const { put, world, film, show } = await stageLabels()
    world.label(film.ratingKey, 'Attic')
    world.label(show.show.ratingKey, 'aTTIC')
    expect(world.labelsOf(show.show.ratingKey)).toEqual(['Attic'])

    await put(`type=1&id=${film.ratingKey}&label[].tag.tag-=ATTIC`)
    expect([world.labelsOf(film.ratingKey), world.labelsOf(show.show.ratingKey)]).toEqual([[], ['Attic']])
  })

  test.each([
    'label[].tag.tag-=One,Two',
    'label%5B%5D.tag.tag-=One%2CTwo',
    'label[].tag.tag-=%254fne,Two',
    'label[].tag.tag-=One&label[].tag.tag-=Two',
  ])('several are taken off by %s', async (removal) => {
    const { put, world, film } = await stageLabels()
    for (const label of ['One', 'Two', 'Three']) world.label(film.ratingKey, label)

    await put(`type=1&id=${film.ratingKey}&${removal}`)
    expect(world.labelsOf(film.ratingKey)).toEqual(['Three'])
  })

  test('the kind must fit the item, and the item must be there', async () => {
    const { put, world, film, show } = await stageLabels()
    const label = 'label[0].tag.tag=Attic'

    expect(await put(`id=${film.ratingKey}&${label}`)).toBe(400)
    expect(await put(`type=2&id=${film.ratingKey}&${label}`)).toBe(400)
    expect(await put(`type=2&id=${show.show.ratingKey}&${label}`)).toBe(400)
    expect(await put(`type=1&id=404404&${label}`)).toBe(404)
    expect(await put(`type=1&id=${film.ratingKey}`)).toBe(400)
    expect(world.labelsOf(film.ratingKey)).toEqual([])
  })

  test('only the owner writes and lists them', async () => {
    const { ask, world, film } = await stageLabels()
    world.addAccount('pat.otter')
    world.shareWith('pat.otter', ['Films'])
    const token = 'token-of-pat.otter'

    const path = `/library/sections/3/all?type=1&id=${film.ratingKey}&label[0].tag.tag=Attic`
    expect((await ask(path, { method: 'PUT', token })).status).toBe(403)
    expect((await ask('/library/sections/3/label', { token })).status).toBe(403)
    expect(world.labelsOf(film.ratingKey)).toEqual([])
  })

  test('an item shows all of them with the lock, a list shows none', async () => {
    const { read, put, film } = await stageLabels()
    await put(`type=1&id=${film.ratingKey}&label[0].tag.tag=Attic&label.locked=1`)

    const [single] = (await read(`/library/metadata/${film.ratingKey}`)).Metadata ?? []
    expect(single).toMatchObject({
      Label: [{ id: 77, tag: 'Attic', filter: 'label=77' }],
      Field: [{ name: 'label', locked: true }],
      Genre: [{}, {}, {}],
    })
    const [row] = (await read('/library/sections/3/all')).Metadata ?? []
    expect(row).toMatchObject({ title: film.title, Genre: [{}, {}] })
    expect(row).not.toHaveProperty('Label')
    expect(row).not.toHaveProperty('Field')
  })

  test('a library lists those in use, and what carries one', async () => {
    const { read, titles, world, film, show } = await stageLabels()
    world.addMovie({ title: 'Bare' })
    world.label(show.show.ratingKey, 'Elsewhere')
    world.label(film.ratingKey, 'Attic')

    expect((await read('/library/sections/3/label?type=1')).Directory).toMatchObject([
      { key: '78', title: 'Attic' },
    ])
    expect(await titles('/library/sections/3/all?type=1&label=78')).toEqual([film.title])
    world.unlabel(film.ratingKey, 'attic')
    expect((await read('/library/sections/3/label')).Directory).toEqual([])
  })

  test('they go with the item when its file is added again', async () => {
    const { world, film } = await stageLabels()
    world.label(film.ratingKey, 'Attic')
    const again = world.readd(film.ratingKey)

    expect([world.labelsOf(film.ratingKey), world.labelsOf(again.ratingKey)]).toEqual([[], []])
  })

  test('somebody outside reads and writes them', async () => {
    const { control, plain, film } = await stageLabels()
    const { ratingKey } = film

    expect(await control('label', { ratingKey, label: 'attic' })).toEqual(['Attic'])
    expect(await (await plain(`/_sim/labels/${ratingKey}`)).json()).toEqual(['Attic'])
    expect(await control('label', { ratingKey, label: 'Attic', remove: true })).toEqual([])
    expect(await control('label', { ratingKey: '404404', label: 'Attic' })).toMatchObject({
      reason: expect.stringContaining('404404'),
    })
  })
})

async function stageLabels() {
  const stage = await stageServer()
  return { ...stage, put }

  async function put(query: string): Promise<number> {
    const answer = await stage.ask(`/library/sections/3/all?${query}`, { method: 'PUT' })
    if (answer.ok) expect(await answer.text()).toBe('')
    return answer.status
  }
}
