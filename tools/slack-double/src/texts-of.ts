import type { Json } from './workspace.js'

/** All texts of a message in their order, each on its own line. */
export function textsOf(blocks: unknown): string {
  if (Array.isArray(blocks)) return blocks.map(textsOf).join('\n')
  if (typeof blocks !== 'object' || blocks === null) return ''
  const { elements, label, text } = blocks as Json
  return [text, label, elements]
    .filter((part) => part !== undefined)
    .map((part) => (typeof part === 'string' ? part : textsOf(part)))
    .join('\n')
}
