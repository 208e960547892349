import { type ValueToken, valueTokens } from './recorded-text.js'
import { nodeOf, textOf, type TreeNode } from './tree.js'

/** A literal or a comment in UTF-16 units of a text, with the constants of the tree that it makes. */
export interface LiteralPlace {
  readonly start: number
  readonly end: number
  readonly constants: readonly TreeNode[]
}

/** Where literals and comments stand, and the numbers of the parameters that are named. */
export interface TextPlaces {
  readonly literals: readonly LiteralPlace[]
  readonly parameters: ReadonlySet<number>
}

interface Place {
  start: number
  readonly end: number
  readonly constants: TreeNode[]
}

/**
 * Finds every literal and comment of a text, and which of these constants (`A_Const`) of its tree each one is. A minus sign that
 * stands right before a number belongs to it. Undefined where the server's scanner refuses the text, or where its tokens are
 * not those that the tree was made of.
 */
export function textPlaces(text: string, constants: readonly TreeNode[]): TextPlaces | undefined {
  const tokens = valueTokens(Buffer.from(text, 'utf8'))
  const units = tokens === undefined ? undefined : unitsOf(text, tokens)
  if (tokens === undefined || units === undefined) return undefined
  const places = new Map<number, Place>()
  const indexes = new Map<number, number>()
  for (const [index, token] of tokens.entries()) {
    indexes.set(token.start, index)
    if (token.kind !== 'other') places.set(index, placeOf(token, units[index] ?? 0))
  }
  for (const constant of constants) {
    const location = constant['location']
    const index = typeof location === 'number' ? indexes.get(location) : undefined
    // What the grammar makes by itself stands nowhere.
    if (typeof location !== 'number' || location < 0) continue
    if (index === undefined) return undefined
    const found = literalAt(tokens, index, constant)
    const token = found === undefined ? undefined : tokens[found]
    if (found === undefined || token === undefined) {
      if (!isWord(tokens[index], constant)) return undefined
      continue
    }
    const place = places.get(found) ?? placeOf(token, units[found] ?? 0)
    places.set(found, place)
    place.constants.push(constant)
    if (found === index + 1 && tokens[index]?.end === token.start) place.start = (units[found] ?? 0) - 1
  }
  const literals = [...places.values()].toSorted((left, right) => left.start - right.start)
  return { literals, parameters: parametersIn(tokens) }
}

function placeOf({ written }: ValueToken, start: number): Place {
  return { start, end: start + written.length, constants: [] }
}

/** Where each token starts in UTF-16 units; undefined when the text has something else there. */
function unitsOf(text: string, tokens: readonly ValueToken[]): readonly number[] | undefined {
  const starts: number[] = []
  let unit = 0
  let byte = 0
  for (const { end, start, written } of tokens) {
    // Between tokens are blanks.
    unit += start - byte
    if (!text.startsWith(written, unit)) return undefined
    starts.push(unit)
    unit += written.length
    byte = end
  }
  return starts
}

/** The token of the literal that a constant is: the location of a negative number is that of its sign. */
function literalAt(tokens: readonly ValueToken[], index: number, constant: TreeNode): number | undefined {
  const first = tokens[index]
  if (first?.kind === 'literal') return index
  if (nodeOf(constant, 'boolval') !== undefined)
    return booleans.has(first?.written.toLowerCase() ?? '') ? index : undefined
  if (first?.written !== '-') return undefined
  for (let at = index + 1; at < tokens.length; at += 1) {
    const token = tokens[at]
    if (token?.kind === 'literal') return at
    if (token?.kind === 'other' && token.written !== '(' && token.written !== '-') return undefined
  }
  return undefined
}

const booleans: ReadonlySet<string> = new Set(['true', 'false'])

/** Whether the grammar made the constant of a word: `EXTRACT(year FROM d)`, `INTERVAL DAY`, NULL. */
function isWord(token: ValueToken | undefined, constant: TreeNode): boolean {
  if (token?.kind !== 'other') return false
  const text = nodeOf(constant, 'sval')
  return text === undefined || textOf(text, 'sval').toLowerCase() === token.written.toLowerCase()
}

function parametersIn(tokens: readonly ValueToken[]): ReadonlySet<number> {
  const numbers = new Set<number>()
  for (const { kind, written } of tokens) {
    if (kind === 'other' && /^\$\d+$/.test(written)) numbers.add(Number(written.slice(1)))
  }
  return numbers
}
