import { complaint, type FormErrors } from './answers.js'
import type { EmbedBody, MessageBody, RowBody } from './shapes.js'

export type Path = (string | number)[]
type Control = RowBody['components'][number]

const STRING_SELECT = 3
export type Complain = (path: Path, code: string, message: string) => void

/** Discord's own objections to a message body, or undefined when there are none. */
export function messageErrors(body: MessageBody, under: Path = []): FormErrors | undefined {
  return collect((complain) => {
    atMost(complain, [...under, 'content'], body.content, 2000)
    atMost(complain, [...under, 'nonce'], body.nonce, 25)
    checkEmbeds(complain, [...under, 'embeds'], body.embeds ?? [])
    checkComponents(complain, [...under, 'components'], body)
  })
}

/** Objections to the choices of an autocompletion. */
export function choiceErrors(
  choices: readonly { name: string; value: string | number }[],
): FormErrors | undefined {
  return collect((complain) => {
    if (choices.length > 25)
      complain(['data', 'choices'], 'BASE_TYPE_BAD_LENGTH', 'Must be 25 or fewer in length.')
    choices.forEach((choice, i) => {
      between(complain, ['data', 'choices', i, 'name'], choice.name, 1, 100)
      between(complain, ['data', 'choices', i, 'value'], String(choice.value), 1, 100)
    })
  })
}

function checkEmbeds(complain: Complain, path: Path, embeds: readonly EmbedBody[]): void {
  if (embeds.length > 10) complain(path, 'BASE_TYPE_MAX_LENGTH', 'Must be 10 or fewer in length.')

  let total = 0
  embeds.forEach((embed, i) => {
    const at = [...path, i]
    atMost(complain, [...at, 'title'], embed.title, 256)
    atMost(complain, [...at, 'description'], embed.description, 4096)
    atMost(complain, [...at, 'footer', 'text'], embed.footer?.text, 2048)
    atMost(complain, [...at, 'author', 'name'], embed.author?.name, 256)
    if (embed.fields.length > 25)
      complain([...at, 'fields'], 'BASE_TYPE_MAX_LENGTH', 'Must be 25 or fewer in length.')
    embed.fields.forEach((field, j) => {
      between(complain, [...at, 'fields', j, 'name'], field.name, 1, 256)
      between(complain, [...at, 'fields', j, 'value'], field.value, 1, 1024)
    })
    total += textOf(embed)
  })
  if (total > 6000) complain(path, 'MAX_EMBED_SIZE_EXCEEDED', 'Embed size exceeds maximum size of 6000')
}

function textOf(embed: EmbedBody): number {
  const parts = [embed.title, embed.description, embed.footer?.text, embed.author?.name]
  const fields = embed.fields.flatMap((field) => [field.name, field.value])

  return [...parts, ...fields].reduce((sum, text) => sum + (text?.length ?? 0), 0)
}

function checkComponents(complain: Complain, path: Path, body: MessageBody): void {
  const rows = body.components ?? []
  const seen = new Set<string>()

  if (rows.length > 5) complain(path, 'BASE_TYPE_MAX_LENGTH', 'Must be 5 or fewer in length.')
  rows.forEach((row, i) => {
    between(complain, [...path, i, 'components'], row.components, 1, 5)
    row.components.forEach((control, j) => {
      const at = [...path, i, 'components', j]
      atMost(complain, [...at, 'label'], control.label, 80)
      if (control.type === STRING_SELECT) checkMenu(complain, at, control)
      if (control.url !== undefined) return
      between(complain, [...at, 'custom_id'], control.custom_id ?? '', 1, 100)
      if (seen.has(control.custom_id ?? '')) {
        complain(
          [...at, 'custom_id'],
          'COMPONENT_CUSTOM_ID_DUPLICATED',
          'Component custom id cannot be duplicated',
        )
      }
      seen.add(control.custom_id ?? '')
    })
  })
}

function checkMenu(complain: Complain, path: Path, menu: Control): void {
  const options = menu.options ?? []
  const seen = new Set<string>()

  atMost(complain, [...path, 'placeholder'], menu.placeholder, 150)
  between(complain, [...path, 'options'], options, 1, 25)
  options.forEach(({ label, value, description }, i) => {
    const at = [...path, 'options', i]
    between(complain, [...at, 'label'], label, 1, 100)
    between(complain, [...at, 'value'], value, 1, 100)
    atMost(complain, [...at, 'description'], description, 100)
    if (seen.has(value)) {
      complain(
        [...at, 'value'],
        'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
        'The specified option value is already used',
      )
    }
    seen.add(value)
  })
}

export function atMost(complain: Complain, path: Path, text: string | null | undefined, most: number): void {
  if ((text?.length ?? 0) <= most) return
  complain(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${most} or fewer in length.`)
}

export function between(
  complain: Complain,
  path: Path,
  it: { length: number },
  least: number,
  most: number,
): void {
  if (it.length >= least && it.length <= most) return
  complain(path, 'BASE_TYPE_BAD_LENGTH', `Must be between ${least} and ${most} in length.`)
}

/** Gathers complaints into Discord's tree; undefined when there are none. */
export function collect(check: (complain: Complain) => void): FormErrors | undefined {
  const tree: Tree = {}
  let found = false

  check((path, code, message) => {
    found = true
    branch(tree, path)._errors = complaint(code, message)._errors
  })
  return found ? tree : undefined
}

interface Tree {
  [key: string]: unknown
}

function branch(tree: Tree, path: Path): Tree {
  let at = tree
  for (const step of path) {
    const next = at[step]
    if (isTree(next)) {
      at = next
    } else {
      const made: Tree = {}
      at[step] = made
      at = made
    }
  }
  return at
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
