import { type APIButtonComponent, ButtonStyle, ComponentType } from 'discord.js'
import type { DiscordWords } from '../core/messages/discord.js'
import type { Choosing } from './command.js'
import { customId } from './custom-ids.js'
import type { MessageRow } from './message.js'
import { cut } from './text.js'

/** The row with Confirm and Cancel. The ids carry no more than the question's own short one. */
export function confirmRow(words: DiscordWords, questionId: string): MessageRow {
  return {
    type: ComponentType.ActionRow,
    components: [
      button('yes', questionId, words.replies.confirm, ButtonStyle.Primary),
      button('no', questionId, words.replies.cancel),
    ],
  }
}

/** The menu of a question, and the button that leaves it. */
export function chooseRows(
  words: DiscordWords,
  questionId: string,
  { placeholder, choices }: Pick<Choosing, 'placeholder' | 'choices'>,
): MessageRow[] {
  return [
    menu('pick', questionId, placeholder, choices),
    buttonRow(button('no', questionId, words.replies.cancel)),
  ]
}

type PlainStyle = ButtonStyle.Primary | ButtonStyle.Secondary | ButtonStyle.Success | ButtonStyle.Danger

/** A button that brings an action and the short id of what it is done to. */
export function button(
  action: string,
  id: string,
  label: string,
  style: PlainStyle = ButtonStyle.Secondary,
): APIButtonComponent {
  return { type: ComponentType.Button, style, label: cut(label, 80), custom_id: customId(action, id) }
}

/** A menu of which one entry is picked; its value comes with the press. At most 25 are shown. */
export function menu(
  action: string,
  id: string,
  placeholder: string,
  choices: readonly { label: string; value: string; description?: string }[],
): MessageRow {
  const options = choices.slice(0, 25).map(({ label, value, description }) => ({
    label: cut(label, 100),
    value,
    ...(description && { description: cut(description, 100) }),
  }))
  const shown = { placeholder: cut(placeholder, 150), options }
  return {
    type: ComponentType.ActionRow,
    components: [{ type: ComponentType.StringSelect, custom_id: customId(action, id), ...shown }],
  }
}

/** A row of up to five buttons. */
export function buttonRow(...components: APIButtonComponent[]): MessageRow {
  return { type: ComponentType.ActionRow, components }
}
