import { nodesIn } from './nodes-in.js'
import { bodyOf, nodeOf, type TreeNode } from './tree.js'

/**
 * The text with `?` for every literal and without comments, without the cost of the server's scanner. Undefined when the
 * text has anything that is not plain (then the scanner is asked): letters beyond ASCII, continued strings, or a string
 * constant of the tree that does not start where this found a literal.
 */
export function quickRedaction(text: string, trees: readonly TreeNode[]): string | undefined {
  const redaction = redact(text)
  if (redaction === undefined) return undefined
  for (const location of stringLocations(trees)) if (!redaction.literals.has(location)) return undefined
  return redaction.text
}

/** Each matches one token of its kind where it starts. */
const tokens = {
  space: /[ \t\n\r\f\v]+/y,
  comment: /[^\n\r]*/y,
  string: /'(?:[^']|'')*'/y,
  bits: /'[^']*'(?!')/y,
  escaped: /'(?:[^'\\]|''|\\[^])*'/y,
  quoted: /"(?:[^"]|"")*"/y,
  dollar: /\$(?:\d+|(?:[A-Za-z_][A-Za-z_0-9]*)?\$)/y,
  name: /[A-Za-z_][A-Za-z_0-9$]*/y,
  number:
    /(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?)(?![A-Za-z0-9_.$])/y,
}

interface Redaction {
  readonly text: string
  /** Where literals start. */
  readonly literals: ReadonlySet<number>
}

/** Where the token ends, or -1 when there is none of its kind. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : -1
}

function redact(text: string): Redaction | undefined {
  if (!isAscii.test(text)) return undefined
  const literals = new Set<number>()
  let out = ''
  /** Where the part of the text begins that is taken over as it stands, and is not yet. */
  let from = 0
  /** Where a gap begins that the tokens before `at` end in, or -1. */
  let gap = 0
  let afterString = false
  for (let at = 0; at < text.length;) {
    const kind = kindAt(text, at)
    const end = tokenEnd(text, at, kind)
    if (end === -1) return undefined
    if (kind === 'space' || kind === 'comment' || kind === 'block') {
      if (gap === -1) gap = at
    } else {
      const string = isString(text, at, kind, end)
      // Strings on two lines are one literal whose second part follows the rules of the first.
      if (string && afterString && gap !== -1 && gap !== at) return undefined
      if (gap !== -1 && !isOneSpace(text, gap, at)) {
        out += text.slice(from, gap)
        if (gap > 0) out += ' '
        from = at
      }
      if (string || kind === 'number' || (kind === 'dollar' && text[at + 1] !== undefined && !isDigit(text, at + 1))) {
        literals.add(at)
        out += text.slice(from, at) + '?'
        from = end
      }
      gap = -1
      afterString = string
    }
    at = end
  }
  return { text: out + text.slice(from, gap === -1 ? text.length : gap), literals }
}

/** Whether a gap may stay as it is. What a text begins with never does. */
function isOneSpace(text: string, gap: number, end: number): boolean {
  return gap > 0 && end - gap === 1 && text.charCodeAt(gap) === 32
}

const isAscii = /^[\0-\x7f]*$/

type Kind = 'space' | 'comment' | 'block' | 'string' | 'quoted' | 'dollar' | 'name' | 'number' | 'other'

function kindAt(text: string, at: number): Kind {
  const code = text.charCodeAt(at)
  if (code === 32 || (code >= 9 && code <= 13)) return 'space'
  if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95) return 'name'
  if (code >= 48 && code <= 57) return 'number'
  switch (code) {
    case 39:
      return 'string'
    case 34:
      return 'quoted'
    case 36:
      return 'dollar'
    case 46:
      return isDigit(text, at + 1) ? 'number' : 'other'
    case 45:
      return text.charCodeAt(at + 1) === 45 ? 'comment' : 'other'
    case 47:
      return text.charCodeAt(at + 1) === 42 ? 'block' : 'other'
    default:
      return 'other'
  }
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 48 && code <= 57
}

function tokenEnd(text: string, at: number, kind: Kind): number {
  switch (kind) {
    case 'block':
      return endOfComment(text, at)
    case 'dollar': {
      const end = endOf(tokens.dollar, text, at)
      if (end === -1 || isDigit(text, at + 1)) return end
      const close = text.indexOf(text.slice(at, end), end)
      return close === -1 ? -1 : close + end - at
    }
    case 'name':
      return prefixedEnd(text, at)
    case 'other':
      return text.startsWith('..', at) ? -1 : at + 1
    default:
      return endOf(tokens[kind], text, at)
  }
}

/** A name, or a string with a prefix: E'', B'', X'', U&'', or a quoted name U&"". N'' is a word and a string. */
function prefixedEnd(text: string, at: number): number {
  const end = endOf(tokens.name, text, at)
  const next = text.charCodeAt(end)
  if (end - at !== 1) return end
  const prefix = (text[at] ?? '').toLowerCase()
  if (next === 39 && prefix === 'e') return endOf(tokens.escaped, text, end)
  if (next === 39 && (prefix === 'b' || prefix === 'x')) return endOf(tokens.bits, text, end)
  if (prefix === 'u' && next === 38) {
    const mark = text.charCodeAt(end + 1)
    if (mark === 39) return endOf(tokens.string, text, end + 1)
    if (mark === 34) return endOf(tokens.quoted, text, end + 1)
  }
  return end
}

/** Whether the token is a string: names end in a letter, strings in a quote. */
function isString(text: string, at: number, kind: Kind, end: number): boolean {
  return kind === 'string' || (kind === 'name' && text.charCodeAt(end - 1) === 39 && end - at > 1)
}

/** Comments nest. */
function endOfComment(text: string, start: number): number {
  const mark = /\/\*|\*\//g
  mark.lastIndex = start
  let depth = 0
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return mark.lastIndex
  }
  return -1
}

/** Where the tree says that string and bit constants are. */
function stringLocations(trees: readonly TreeNode[]): readonly number[] {
  const locations: number[] = []
  for (const node of nodesIn(trees)) {
    const constant = bodyOf(node, 'A_Const') ?? {}
    if (nodeOf(constant, 'sval') === undefined && nodeOf(constant, 'bsval') === undefined) continue
    const location = constant['location']
    locations.push(typeof location === 'number' ? location : 0)
  }
  return locations
}
