import type { Clock } from '../../core/ports.js'
import type { Gateway } from './gateway.js'
import {
  ANSWER_WITHIN_MS,
  type InteractionKind,
  type Interactions,
  type Outcome,
  wireType,
} from './interactions.js'
import type {
  Channel,
  EmbedBody,
  OptionBody,
  RegisteredCommand,
  RowBody,
  Someone,
  StoredMessage,
} from './shapes.js'
import { memberShape, messageShape, placeShape, userShape } from './wire.js'
import { mayUse, type World } from './world.js'

export type OptionValue = string | number | boolean | Person

/** What one person sees of a message or of an answer. */
export interface Seen {
  /** As it looks: escapes resolved, one line, buttons in brackets. */
  text: string
  content: string
  embeds: EmbedBody[]
  buttons: { label: string; customId: string; disabled: boolean }[]
  /** File names that came with it. */
  attachments: string[]
  menus: { customId: string; placeholder: string; options: { label: string; value: string }[] }[]
  /** Only this person sees it. */
  ephemeral: boolean
  channelId: string
  messageId: string
}

export type Person = ReturnType<typeof createPerson>

export const NO_RESPONSE = 'The application did not respond'

/** Somebody at a keyboard: types commands, presses buttons, and is told what they would see. */
export function createPerson({ clock, world, interactions, gateway, someone }: PersonNeeds) {
  return {
    id: someone.id,
    username: someone.username,
    slash,
    type,
    click,
    press,
    select,
    closeDms: () => setDms(true),
    openDms: () => setDms(false),
    /** Is no admin any more, in any way. */
    demote: () => {
      someone.permissions = 0n
      someone.roles = []
    },
    leave: () => {
      someone.inGuild = false
    },
    /** Comes (back) to the guild. */
    join: () => {
      someone.inGuild = true
    },
  }

  /** Sends a command, as `/monitor start`, and waits for what comes back. */
  async function slash(
    command: string,
    options: Record<string, OptionValue | undefined> = {},
    { channel = world.general }: { channel?: Channel } = {},
  ): Promise<Seen> {
    const { registered, known, wrap } = find(command)
    const given = Object.entries(options).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value }],
    )

    for (const { name } of known.filter((it) => it.required)) {
      if (!given.some((it) => it.name === name)) throw new Error(`${command} cannot be sent without ${name}`)
    }
    const people = given.flatMap(({ value }) =>
      typeof value === 'object' ? [world.people.get(value.id)] : [],
    )
    const data = {
      ...commandData(registered),
      options: wrap(given.map(({ name, value }) => optionData(command, known, name, value))),
      resolved: resolved(people.filter((it) => it !== undefined)),
    }
    return seen(world, await act('command', channel, data))
  }

  /** Types into one option and waits for the suggestions. */
  async function type(
    command: string,
    option: string,
    text: string,
    others: Record<string, string> = {},
  ): Promise<{ name: string; value: string | number }[]> {
    const { registered, known, wrap } = find(command)
    const wanted = known.find((it) => it.name === option)
    if (!wanted?.autocomplete) throw new Error(`${command} ${option} does not suggest anything`)

    const typed = Object.entries(others).map(([name, value]) => optionData(command, known, name, value))
    const focused = { name: option, type: wanted.type, value: text, focused: true }
    const data = { ...commandData(registered), options: wrap([...typed, focused]) }
    const outcome = await act('autocomplete', world.general, data)
    return outcome.kind === 'choices' ? outcome.choices : []
  }

  /** Presses a button of a message this person sees, by its label. */
  async function click(message: Pick<Seen, 'messageId'>, label: string): Promise<Seen> {
    const source = seenBy(message)
    const button = source.components.flatMap((row) => row.components).find((it) => it.label === label)
    if (!button?.custom_id || button.disabled) throw new Error(`There is no button ${label} to press`)
    return press(message, button.custom_id)
  }

  /** Sends a press of a button that is on no message: whoever knows how can put anything there. */
  async function press(message: Pick<Seen, 'messageId'>, customId: string): Promise<Seen> {
    const source = seenBy(message)
    const data = { component_type: 2, id: 2, custom_id: customId }
    return seen(world, await act('component', source.channel, data, source))
  }

  /** Picks an entry of the first menu that has it, by its label. */
  async function select(message: Pick<Seen, 'messageId'>, label: string): Promise<Seen> {
    const source = seenBy(message)
    const menus = source.components.flatMap((row) => row.components)
    const found = menus.flatMap((menu) =>
      (menu.options ?? []).filter((it) => it.label === label).map(({ value }) => ({ menu, value })),
    )[0]
    if (!found?.menu.custom_id || found.menu.disabled) throw new Error(`There is no ${label} to pick`)

    const { custom_id } = found.menu
    const data = { component_type: 3, id: 2, custom_id, values: [found.value] }
    return seen(world, await act('component', source.channel, data, source))
  }

  function seenBy({ messageId }: Pick<Seen, 'messageId'>): StoredMessage {
    const source = world.messages.find((it) => it.id === messageId)
    if (!source || (source.onlyFor && source.onlyFor !== someone))
      throw new Error('That message is not to be seen')
    return source
  }

  function setDms(closed: boolean): void {
    someone.dmsClosed = closed
  }

  async function act(
    kind: InteractionKind,
    channel: Channel,
    data: unknown,
    source?: StoredMessage,
  ): Promise<Outcome> {
    const patience = new AbortController()
    let show: (outcome: Outcome) => void = () => undefined
    const answered = new Promise<Outcome>((resolve) => {
      show = resolve
    })
    const from = { kind, person: someone, channel, ...(source && { source }) }
    const interaction = interactions.open(from, (outcome) => show(outcome))

    gateway.dispatch('INTERACTION_CREATE', {
      ...placeShape(world, someone, channel),
      id: interaction.id,
      token: interaction.token,
      type: wireType[kind],
      data,
      ...(source && { message: messageShape(world, source) }),
    })
    void clock.sleep(ANSWER_WITHIN_MS, patience.signal).then(() => {
      if (interaction.state === 'new' && !patience.signal.aborted) show({ kind: 'nothing' })
    })
    const outcome = await answered
    patience.abort()
    return outcome
  }

  function find(command: string): Found {
    const [name, sub] = command.replace(/^\//, '').split(' ')
    const registered = world.commandsShown().find((it) => it.name === name)

    if (!registered) throw new Error(`/${name} is not a registered command`)
    if (!mayUse(someone, registered.default_member_permissions)) {
      throw new Error(`/${name} is not shown to ${someone.username}`)
    }
    if (sub === undefined) return { registered, known: registered.options, wrap: (it) => it }
    const verb = registered.options.find((it) => it.type === 1 && it.name === sub)
    if (!verb) throw new Error(`/${name} has no ${sub}`)
    return { registered, known: verb.options ?? [], wrap: (it) => [{ name: sub, type: 1, options: it }] }
  }
}

interface Found {
  registered: RegisteredCommand
  known: OptionBody[]
  wrap: (options: unknown[]) => unknown[]
}

interface PersonNeeds {
  clock: Clock
  world: World
  interactions: Interactions
  gateway: Gateway
  someone: Someone
}

/** A stored message as a person sees it. */
export function seenMessage(world: World, message: StoredMessage): Seen {
  const buttons = message.components.flatMap((row) =>
    row.components.flatMap((it) =>
      it.custom_id === undefined || it.options
        ? []
        : [{ label: it.label ?? '', customId: it.custom_id, disabled: it.disabled ?? false }],
    ),
  )
  return {
    text: world.render(message),
    content: message.content,
    embeds: message.embeds,
    buttons,
    menus: message.components.flatMap((row) => row.components.flatMap(menuSeen)),
    attachments: message.attachments.map((it) => it.filename),
    ephemeral: message.onlyFor !== undefined,
    channelId: message.channel.id,
    messageId: message.id,
  }
}

function menuSeen({ custom_id, placeholder, options }: RowBody['components'][number]): Seen['menus'] {
  if (custom_id === undefined || !options) return []
  return [{ customId: custom_id, placeholder: placeholder ?? '', options }]
}

function seen(world: World, outcome: Outcome): Seen {
  if (outcome.kind === 'message') return seenMessage(world, outcome.message)
  return {
    text: NO_RESPONSE,
    content: '',
    embeds: [],
    buttons: [],
    attachments: [],
    menus: [],
    ephemeral: true,
    channelId: '',
    messageId: '',
  }
}

function commandData(registered: RegisteredCommand) {
  return {
    id: registered.id,
    name: registered.name,
    type: 1,
    ...(registered.guild_id !== undefined && { guild_id: registered.guild_id }),
  }
}

const TEXT = 3
const INTEGER = 4
const BOOLEAN = 5
const USER = 6

function optionData(command: string, known: OptionBody[], name: string, value: OptionValue) {
  const option = known.find((it) => it.name === name)

  if (!option) throw new Error(`${command} has no option ${name}`)
  if (option.type !== typeOf(value)) throw new Error(`${command} ${name} does not take ${typeof value}`)
  if (option.choices && !option.choices.some((it) => it.value === value)) {
    throw new Error(`${command} ${name} does not offer ${String(value)}`)
  }
  return { name, type: option.type, value: typeof value === 'object' ? value.id : value }
}

function typeOf(value: OptionValue): number {
  if (typeof value === 'object') return USER
  if (typeof value === 'boolean') return BOOLEAN
  return typeof value === 'number' ? INTEGER : TEXT
}

function resolved(people: Someone[]) {
  const members = people.filter((it) => it.inGuild)

  return {
    users: Object.fromEntries(people.map((it) => [it.id, userShape(it)])),
    members: Object.fromEntries(members.map((it) => [it.id, { ...memberShape(it), permissions: '0' }])),
  }
}
