/** A resource in its parts: `table:public."odd.name"` is kind `table`, segments `public` and `odd.name`. */
export interface Resource {
  readonly kind: string
  readonly segments: readonly string[]
}

/** Exactly one segment, whatever it is: `*`. */
export const anySegment: unique symbol = Symbol('any segment')

/** A pattern over resources. `rest` stands for one or more segments after the listed ones: `**`. */
export interface ResourcePattern {
  readonly kind: string
  readonly segments: readonly (string | typeof anySegment)[]
  readonly rest: boolean
  /** Whether the pattern names exactly one resource. */
  readonly literal: boolean
  /** The pattern written in one way only. */
  readonly text: string
}

/** Splits a resource into its parts, or answers undefined when it is malformed. */
export function parseResource(text: string): Resource | undefined {
  const parts = split(text)
  if (typeof parts === 'string') return undefined
  const segments: string[] = []
  for (const segment of parts.segments) {
    if (!segment.quoted && segment.text.includes('*')) return undefined
    segments.push(segment.text)
  }
  return { kind: parts.kind, segments }
}

/** Parses a pattern, or answers in a few words what is wrong with it. */
export function parseResourcePattern(text: string): ResourcePattern | string {
  const parts = split(text)
  if (typeof parts === 'string') return parts
  const segments: (string | typeof anySegment)[] = []
  let rest = false
  for (const [index, segment] of parts.segments.entries()) {
    if (segment.quoted || !segment.text.includes('*')) segments.push(segment.text)
    else if (segment.text === '*') segments.push(anySegment)
    else if (segment.text !== '**')
      return '"*" stands for a whole segment; put a name that contains it in double quotes'
    else if (index < parts.segments.length - 1) return '"**" may only be the last segment'
    else rest = true
  }
  const literal = !rest && !segments.includes(anySegment)
  const written = segments.map((segment) => (segment === anySegment ? '*' : quoteSegment(segment)))
  return {
    kind: parts.kind,
    segments,
    rest,
    literal,
    text: `${parts.kind}:${[...written, ...(rest ? ['**'] : [])].join('.')}`,
  }
}

/** Writes a segment so that it reads back as itself: in double quotes when it contains `.`, `:`, `*` or `"`. */
export function quoteSegment(segment: string): string {
  return segment === '' || /[.:*"]/.test(segment) ? `"${segment.replaceAll('"', '""')}"` : segment
}

interface WrittenSegment {
  readonly text: string
  readonly quoted: boolean
}

function split(text: string): { readonly kind: string; readonly segments: readonly WrittenSegment[] } | string {
  const colon = text.indexOf(':')
  const kind = text.slice(0, Math.max(colon, 0))
  if (!/^[a-z][a-z0-9_-]*$/.test(kind)) return 'write it as kind:segment.segment, the kind in lower case'
  const segments: WrittenSegment[] = []
  let position = colon + 1
  for (;;) {
    const end = text[position] === '"' ? endOfQuoted(text, position) : endOfBare(text, position)
    if (end === undefined) return 'a double quote is never closed'
    if (end < text.length && text[end] !== '.')
      return 'put a name that contains a colon or a double quote in double quotes'
    if (end === position) return 'a segment is empty'
    const written = text.slice(position, end)
    segments.push(
      written.startsWith('"')
        ? { text: written.slice(1, -1).replaceAll('""', '"'), quoted: true }
        : { text: written, quoted: false },
    )
    if (end === text.length) return { kind, segments }
    position = end + 1
  }
}

function endOfBare(text: string, start: number): number {
  let position = start
  while (position < text.length && !'.:"'.includes(text.charAt(position))) position++
  return position
}

function endOfQuoted(text: string, start: number): number | undefined {
  let position = start + 1
  for (;;) {
    const quote = text.indexOf('"', position)
    if (quote === -1) return undefined
    if (text[quote + 1] !== '"') return quote + 1
    position = quote + 2
  }
}
