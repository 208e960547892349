/**
 * The limits that Slack documents for blocks (docs.slack.dev, "Block Kit" reference), as far as apps of this workspace use them.
 * Whatever is not listed is refused, so that a block which Slack would not take is noticed here.
 */
type Json = Readonly<Record<string, unknown>>

/** What is wrong with the blocks of a message or a modal; nothing for none. */
export function blockProblems(blocks: unknown, surface: 'message' | 'modal'): readonly string[] {
  if (!Array.isArray(blocks)) return ['blocks must be a list']
  const most = surface === 'message' ? 50 : 100
  const ids = blocks.map((block) => (block as Json | null)?.['block_id']).filter((id) => id !== undefined)
  return [
    ...(blocks.length === 0 || blocks.length > most ? [`there must be 1 to ${String(most)} blocks`] : []),
    ...(new Set(ids).size === ids.length ? [] : ['a block_id stands twice']),
    ...blocks.flatMap((block, at) => blockProblem(block, surface).map((problem) => `[${String(at)}] ${problem}`)),
  ]
}

function blockProblem(block: unknown, surface: 'message' | 'modal'): readonly string[] {
  if (!isObject(block)) return ['is no block']
  const id = optional(block['block_id'], (value) => texts(value, 'block_id', 1, 255))
  switch (block['type']) {
    case 'header':
      return [...id, ...only(block, 'text'), ...plain(block['text'], 150)]
    case 'divider':
      return [...id, ...only(block)]
    case 'section':
      return [...id, ...only(block, 'text', 'expand'), ...textObject(block['text'], 3000)]
    case 'context':
      return [...id, ...only(block, 'elements'), ...each(block['elements'], 1, 10, (item) => textObject(item, 2000))]
    case 'actions':
      return [...id, ...only(block, 'elements'), ...each(block['elements'], 1, 25, button), ...sameActions(block)]
    case 'rich_text':
      return [...id, ...only(block, 'elements'), ...each(block['elements'], 1, 100, richElement)]
    case 'input':
      return [
        ...id,
        ...(surface === 'modal' ? [] : ['an input stands in a message']),
        ...only(block, 'label', 'element', 'optional', 'hint', 'dispatch_action'),
        ...plain(block['label'], 2000),
        ...textInput(block['element']),
      ]
    default:
      return [`${String(block['type'])} is no type of block`]
  }
}

function sameActions(block: Json): readonly string[] {
  const elements = Array.isArray(block['elements']) ? (block['elements'] as readonly Json[]) : []
  const ids = elements.map((element) => element['action_id'])
  return new Set(ids).size === ids.length ? [] : ['an action_id stands twice in a block']
}

function button(element: unknown): readonly string[] {
  if (!isObject(element) || element['type'] !== 'button') return ['only buttons are known here']
  const { action_id, confirm, style, text, url, value } = element
  return [
    ...only(element, 'action_id', 'text', 'value', 'url', 'style', 'confirm', 'accessibility_label'),
    ...texts(action_id, 'action_id', 1, 255),
    ...plain(text, 75),
    ...optional(value, (given) => texts(given, 'value', 1, 2000)),
    ...optional(url, (given) => [...texts(given, 'url', 1, 3000), ...(URL.canParse(String(given)) ? [] : ['no url'])]),
    ...optional(style, (given) => (given === 'primary' || given === 'danger' ? [] : ['style is none'])),
    ...optional(confirm, confirmation),
  ]
}

function confirmation(value: unknown): readonly string[] {
  if (!isObject(value)) return ['confirm is none']
  return [
    ...Object.keys(value).filter((name) => !['title', 'text', 'confirm', 'deny', 'style'].includes(name)),
    ...plain(value['title'], 100),
    ...textObject(value['text'], 300),
    ...plain(value['confirm'], 30),
    ...plain(value['deny'], 30),
  ]
}

function textInput(element: unknown): readonly string[] {
  if (!isObject(element) || element['type'] !== 'plain_text_input') return ['only text inputs are known here']
  const { action_id, max_length, placeholder } = element
  const length = Number(max_length ?? 3000)
  return [
    ...only(element, 'action_id', 'multiline', 'max_length', 'min_length', 'placeholder', 'initial_value'),
    ...texts(action_id, 'action_id', 1, 255),
    ...(Number.isInteger(length) && length >= 1 && length <= 3000 ? [] : ['max_length must be 1 to 3000']),
    ...optional(placeholder, (given) => plain(given, 150)),
  ]
}

function richElement(element: unknown): readonly string[] {
  if (!isObject(element)) return ['is no element of rich text']
  switch (element['type']) {
    case 'rich_text_section':
    case 'rich_text_quote':
      return [...only(element, 'elements', 'border'), ...each(element['elements'], 0, 1000, richPart)]
    case 'rich_text_preformatted':
      return [...only(element, 'elements', 'border', 'language'), ...each(element['elements'], 1, 1000, richPart)]
    case 'rich_text_list': {
      const { indent = 0, style } = element
      return [
        ...only(element, 'elements', 'style', 'indent', 'offset', 'border'),
        ...(style === 'bullet' || style === 'ordered' ? [] : ['style of a list is none']),
        ...(Number.isInteger(indent) && Number(indent) >= 0 && Number(indent) <= 8 ? [] : ['indent is none']),
        ...each(element['elements'], 1, 1000, (item) =>
          isObject(item) && item['type'] === 'rich_text_section' ? richElement(item) : ['an item is no section'],
        ),
      ]
    }
    default:
      return [`${String(element['type'])} is no element of rich text`]
  }
}

function richPart(part: unknown): readonly string[] {
  if (!isObject(part)) return ['is no part of rich text']
  if (part['type'] === 'text') return [...only(part, 'text', 'style'), ...texts(part['text'], 'text', 1, 12_000)]
  if (part['type'] === 'link') return texts(part['url'], 'url', 1, 3000)
  if (part['type'] === 'user') return texts(part['user_id'], 'user_id', 1, 32)
  return [`${String(part['type'])} is no part of rich text that is known here`]
}

/** What is wrong with a modal that is to be opened. */
export function modalProblems(view: unknown): readonly string[] {
  if (!isObject(view) || view['type'] !== 'modal') return ['view must be a modal']
  const blocks = Array.isArray(view['blocks']) ? (view['blocks'] as readonly Json[]) : []
  const asks = blocks.some(({ type }) => type === 'input')
  return [
    ...Object.keys(view)
      .filter((name) => !modalMembers.includes(name))
      .map((name) => `${name} is no member of a modal`),
    ...plain(view['title'], 24),
    ...optional(view['submit'], (given) => plain(given, 24)),
    ...(asks && view['submit'] === undefined ? ['a modal with an input needs submit'] : []),
    ...optional(view['close'], (given) => plain(given, 24)),
    ...optional(view['callback_id'], (given) => texts(given, 'callback_id', 1, 255)),
    ...optional(view['private_metadata'], (given) => texts(given, 'private_metadata', 0, 3000)),
    ...blockProblems(view['blocks'], 'modal'),
  ]
}

const modalMembers: readonly string[] = [
  'type',
  'title',
  'submit',
  'close',
  'blocks',
  'callback_id',
  'private_metadata',
  'clear_on_close',
  'notify_on_close',
  'external_id',
]

function textObject(value: unknown, most: number): readonly string[] {
  if (isObject(value) && value['type'] === 'mrkdwn') {
    return [...only(value, 'text', 'verbatim'), ...texts(value['text'], 'text', 1, most)]
  }
  return plain(value, most)
}

function plain(value: unknown, most: number): readonly string[] {
  if (!isObject(value) || value['type'] !== 'plain_text') return ['there must be a plain_text']
  return [...only(value, 'text', 'emoji'), ...texts(value['text'], 'text', 1, most)]
}

function texts(value: unknown, name: string, least: number, most: number): readonly string[] {
  const right = typeof value === 'string' && value.length >= least && value.length <= most
  return right ? [] : [`${name} must have ${String(least)} to ${String(most)} characters`]
}

function only(value: Json, ...names: readonly string[]): readonly string[] {
  const foreign = Object.keys(value).filter((name) => !['type', 'block_id', ...names].includes(name))
  return foreign.map((name) => `${name} is no member of ${String(value['type'])}`)
}

function optional(value: unknown, check: (given: unknown) => readonly string[]): readonly string[] {
  return value === undefined ? [] : check(value)
}

function each(
  value: unknown,
  least: number,
  most: number,
  check: (item: unknown) => readonly string[],
): readonly string[] {
  if (!Array.isArray(value)) return ['elements must be a list']
  const counted = value.length >= least && value.length <= most
  return [...(counted ? [] : [`there must be ${String(least)} to ${String(most)} elements`]), ...value.flatMap(check)]
}

function isObject(value: unknown): value is Json {
  return Object.prototype.toString.call(value) === '[object Object]'
}
