import type { Clock } from '../../core/ports.js'
import { type Answer, noContent, ok, refusals, refuse } from './answers.js'
import { choiceErrors, messageErrors } from './limits.js'
import {
  type CallbackBody,
  type Channel,
  EPHEMERAL,
  LOADING,
  type MessageBody,
  type Someone,
  type StoredMessage,
} from './shapes.js'
import { messageShape } from './wire.js'
import type { World } from './world.js'

export const ANSWER_WITHIN_MS = 3_000
const TOKEN_LIVES_MS = 15 * 60_000

export type InteractionKind = 'command' | 'autocomplete' | 'component'

/** What the person who acted gets to see of the answer. */
export type Outcome =
  | { kind: 'message'; message: StoredMessage }
  | { kind: 'choices'; choices: { name: string; value: string | number }[] }
  | { kind: 'nothing' }

export interface Interaction {
  id: string
  token: string
  kind: InteractionKind
  person: Someone
  channel: Channel
  createdAt: number
  state: 'new' | 'thinking' | 'working' | 'answered'
  /** What `@original` means by now. */
  original?: StoredMessage
  /** The message that carries the pressed button. */
  source?: StoredMessage
  show: (outcome: Outcome) => void
}

export type Interactions = ReturnType<typeof createInteractions>

/** The life of every interaction: who may answer it how, and for how long. */
export function createInteractions({ clock, world }: { clock: Clock; world: World }) {
  const byId = new Map<string, Interaction>()
  const byToken = new Map<string, Interaction>()

  return {
    open,
    callback,
    followUp,
    readMessage,
    editMessage,
    deleteMessage,
    /** Each a password for a quarter of an hour. */
    tokens: () => [...byToken.keys()],
  }

  function open(
    from: Pick<Interaction, 'kind' | 'person' | 'channel' | 'source'>,
    show: Interaction['show'],
  ): Interaction {
    const id = world.snowflake()
    const token = Buffer.from(`interaction:${id}:${world.snowflake()}`).toString('base64url')
    const interaction: Interaction = { ...from, id, token, createdAt: clock.now(), state: 'new', show }
    byId.set(id, interaction)
    byToken.set(token, interaction)
    return interaction
  }

  function callback(id: string, token: string, body: CallbackBody, withResponse: boolean): Answer {
    const interaction = byId.get(id)

    if (!interaction || interaction.token !== token) return refusals.unknownInteraction
    if (interaction.state !== 'new') return refusals.alreadyAcknowledged
    if (clock.now() - interaction.createdAt >= ANSWER_WITHIN_MS) return refusals.unknownInteraction
    if (!fits(interaction, body.type)) {
      return violated(`answer of type ${body.type} to a ${interaction.kind}`, refusals.wrongAcknowledgement)
    }

    const refused = answer(interaction, body)
    if (refused) return refused
    return withResponse ? ok(callbackShape(interaction, body.type)) : noContent
  }

  function answer(interaction: Interaction, body: CallbackBody): Answer | undefined {
    switch (body.type) {
      case 4: {
        const refused = refusedForm(body.data, [], ['data'])
        if (refused) return refused
        interaction.original = answerMessage(interaction, body.data, (body.data.flags ?? 0) & EPHEMERAL)
        interaction.state = 'answered'
        return shown(interaction, interaction.original)
      }
      case 5:
        interaction.original = answerMessage(
          interaction,
          { nonce: undefined },
          ((body.data?.flags ?? 0) & EPHEMERAL) | LOADING,
        )
        interaction.state = 'thinking'
        return
      case 6:
        if (interaction.source) interaction.original = interaction.source
        interaction.state = 'working'
        return
      case 7: {
        const refused = refusedForm(body.data, 'edit', ['data'])
        if (refused) return refused
        if (!interaction.source) return refusals.wrongAcknowledgement
        interaction.original = world.edit(interaction.source, body.data)
        interaction.state = 'answered'
        return shown(interaction, interaction.original, true)
      }
      case 8: {
        const refused = choiceErrors(body.data.choices)
        if (refused) return violated('choices refused', refuse(400, 50035, 'Invalid Form Body', refused))
        interaction.state = 'answered'
        interaction.show({ kind: 'choices', choices: body.data.choices })
        return
      }
      case 9:
        interaction.state = 'answered'
        interaction.show({ kind: 'nothing' })
    }
  }

  function followUp(token: string, body: MessageBody, files: StoredMessage['attachments']): Answer {
    const interaction = usable(token)
    if ('status' in interaction) return interaction

    const refused = refusedForm(body, files)
    if (refused) return refused
    if (interaction.state === 'thinking' && interaction.original)
      return fill(interaction, interaction.original, body)

    const message = answerMessage(interaction, body, (body.flags ?? 0) & EPHEMERAL)
    message.attachments = files
    shown(interaction, message)
    return ok(messageShape(world, message))
  }

  function readMessage(token: string, id: string): Answer {
    const interaction = usable(token)
    if ('status' in interaction) return interaction

    const message = messageOf(interaction, id)
    return message ? ok(messageShape(world, message)) : refusals.unknownMessage
  }

  function editMessage(token: string, id: string, body: MessageBody): Answer {
    const interaction = usable(token)
    if ('status' in interaction) return interaction

    const message = messageOf(interaction, id)
    if (!message) return refusals.unknownMessage
    const refused = refusedForm(body, 'edit')
    if (refused) return refused
    return fill(interaction, message, body)
  }

  function deleteMessage(token: string, id: string): Answer {
    const interaction = usable(token)
    if ('status' in interaction) return interaction

    const message = messageOf(interaction, id)
    if (!message) return refusals.unknownMessage
    world.remove(message)
    interaction.show({ kind: 'nothing' })
    return noContent
  }

  function usable(token: string): Interaction | Answer {
    const interaction = byToken.get(token)

    if (!interaction || interaction.state === 'new') return refusals.unknownWebhook
    if (clock.now() - interaction.createdAt >= TOKEN_LIVES_MS) return refusals.webhookTokenExpired
    return interaction
  }

  function messageOf(interaction: Interaction, id: string): StoredMessage | undefined {
    if (id === '@original') return world.messages.find((one) => one === interaction.original)
    return world.messages.find((one) => one.id === id && one.answer && one.channel === interaction.channel)
  }

  function fill(interaction: Interaction, message: StoredMessage, body: MessageBody): Answer {
    const first = interaction.state === 'thinking'

    world.edit(message, body)
    message.flags &= ~LOADING
    if (first) delete message.editedAt
    interaction.state = 'answered'
    shown(interaction, message, !first)
    return ok(messageShape(world, message))
  }

  function answerMessage(interaction: Interaction, body: MessageBody, flags: number): StoredMessage {
    const onlyFor = flags & EPHEMERAL ? { onlyFor: interaction.person } : {}

    return world.post(interaction.channel, body, { flags, answer: true, ...onlyFor })
  }

  function shown(interaction: Interaction, message: StoredMessage, edited = false): undefined {
    world.visible(message, edited)
    interaction.show({ kind: 'message', message })
  }

  /** Discord's objections to a message that is new, with these files, or an edit; noted as a violation. */
  function refusedForm(
    body: MessageBody,
    files: StoredMessage['attachments'] | 'edit' = [],
    under: string[] = [],
  ): Answer | undefined {
    const refused = files === 'edit' ? formErrors(body, under) : objections(body, files, under)
    return refused && violated(`answer refused: ${JSON.stringify(refused.body)}`, refused)
  }

  function violated(what: string, answer: Answer): Answer {
    world.violations.push(what)
    return answer
  }

  function callbackShape(interaction: Interaction, type: number): unknown {
    const message = interaction.original

    return {
      interaction: {
        id: interaction.id,
        type: wireType[interaction.kind],
        ...(message && {
          response_message_id: message.id,
          response_message_loading: (message.flags & LOADING) !== 0,
          response_message_ephemeral: message.onlyFor !== undefined,
        }),
      },
      resource: { type, ...(message && { message: messageShape(world, message) }) },
    }
  }
}

export const wireType: Record<InteractionKind, number> = { command: 2, component: 3, autocomplete: 4 }

/** What Discord objects to in a new message, or undefined. */
export function objections(
  body: MessageBody,
  files: StoredMessage['attachments'] = [],
  under: string[] = [],
): Answer | undefined {
  const refused = formErrors(body, under)
  if (refused) return refused

  const empty = !body.content && !body.embeds?.length && !body.components?.length && files.length === 0
  return empty ? refusals.emptyMessage : undefined
}

function formErrors(body: MessageBody, under: string[]): Answer | undefined {
  const errors = messageErrors(body, under)
  return errors && refuse(400, 50035, 'Invalid Form Body', errors)
}

function fits(interaction: Interaction, type: CallbackBody['type']): boolean {
  if (interaction.kind === 'autocomplete') return type === 8
  if (type === 8) return false
  if (type === 6 || type === 7) return interaction.kind === 'component'
  return true
}
