import { textsOf } from './texts-of.js'
import type { DoubleMessage, Json } from './workspace.js'

/** What somebody sees of a message, line by line: the parts of a line together, buttons in brackets. */
export function screenOf({ blocks }: DoubleMessage): readonly string[] {
  return blocks.flatMap(linesOf)
}

function linesOf(part: Json): readonly string[] {
  const elements = (part['elements'] ?? []) as readonly Json[]
  switch (part['type']) {
    case 'rich_text':
      return elements.flatMap(linesOf)
    case 'rich_text_list':
      return elements.flatMap((item) => itemOf(item, '  '.repeat(Number(part['indent']))))
    case 'rich_text_preformatted':
      return inOneLine(part).split('\n')
    case 'actions':
      return [elements.map((button) => `[ ${inOneLine(button)} ]`).join(' ')]
    default:
      return [inOneLine(part)]
  }
}

/** An item of a list: what it goes on with stands right of its bullet. */
function itemOf(item: Json, indent: string): readonly string[] {
  return inOneLine(item)
    .split('\n')
    .map((row, at) => `${indent}${at === 0 ? '•' : ' '} ${row}`)
}

function inOneLine({ elements, text }: Json): string {
  if (!Array.isArray(elements)) return typeof text === 'string' ? text : textsOf(text)
  return (elements as readonly Json[]).map(inOneLine).join('')
}
