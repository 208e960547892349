/** Text in a message. Slack parses nothing in it: no mention, no link, no emoji (docs.slack.dev, "Rich text block"). */
export interface RichText {
  readonly type: 'text'
  readonly text: string
  readonly style?: { readonly bold?: true; readonly code?: true }
}

/** Elements of a rich text block. */
export type RichElement =
  | { readonly type: 'rich_text_section'; readonly elements: readonly RichText[] }
  | { readonly type: 'rich_text_preformatted'; readonly elements: readonly RichText[] }
  | {
      readonly type: 'rich_text_list'
      readonly style: 'bullet'
      readonly indent: 0 | 1
      readonly elements: readonly { readonly type: 'rich_text_section'; readonly elements: readonly RichText[] }[]
    }

/** Words of ours alone. */
export interface PlainText {
  readonly type: 'plain_text'
  readonly text: string
  readonly emoji: false
}

/** A button. Its value is the id of a request and nothing else; a link has none. */
export interface Button {
  readonly type: 'button'
  readonly action_id: string
  readonly text: PlainText
  readonly value?: string
  readonly url?: string
  readonly style?: 'primary' | 'danger'
  readonly confirm?: {
    readonly title: PlainText
    readonly text: PlainText
    readonly confirm: PlainText
    readonly deny: PlainText
  }
}

/** The blocks that messages and modals of ours are made of. */
export type Block =
  | { readonly type: 'header'; readonly text: PlainText }
  | { readonly type: 'rich_text'; readonly elements: readonly RichElement[] }
  | { readonly type: 'actions'; readonly elements: readonly Button[] }
  | {
      readonly type: 'input'
      readonly block_id: string
      readonly optional: boolean
      readonly label: PlainText
      readonly element: {
        readonly type: 'plain_text_input'
        readonly action_id: string
        readonly multiline: boolean
        readonly max_length: number
      }
    }

export function plain(text: string): PlainText {
  return { type: 'plain_text', text, emoji: false }
}

export function words(text: string): RichText {
  return { type: 'text', text }
}

export function bold(text: string): RichText {
  return { type: 'text', text, style: { bold: true } }
}

/** Somebody else's text: it stands in a box, so that none of it reads as ours. */
export function code(text: string): RichText {
  return { type: 'text', text, style: { code: true } }
}

export function section(...elements: readonly RichText[]): Block {
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }
}

export function bullets(items: readonly (readonly RichText[])[]): Block {
  const elements = items.map((texts) => ({ type: 'rich_text_section' as const, elements: texts }))
  return { type: 'rich_text', elements: [{ type: 'rich_text_list', style: 'bullet', indent: 0, elements }] }
}

/** The least that a message with these blocks costs of what Slack takes: its JSON, with every character outside ASCII escaped. */
export function costOf(blocks: readonly Block[]): number {
  let cost = 0
  const json = JSON.stringify(blocks)
  for (let at = 0; at < json.length; at++) cost += json.charCodeAt(at) < 0x80 ? 1 : 6
  return cost
}
