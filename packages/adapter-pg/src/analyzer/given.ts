import type { ColumnSource, GivenValue, Lineage } from '@bothkeys/core/adapter'
import { GrammarFailure } from './grammar.js'
import { type GivenNodes, givenNodes } from './given-nodes.js'
import { textPlaces } from './literal-places.js'
import { isGiven } from './lookups.js'
import { MetColumns } from './met-columns.js'
import { Meetings, valueBody } from './meetings.js'
import type { Parsed } from './parse-bytes.js'
import { nodeOf, numberOf, type TreeNode, type TypedNode, unwrap } from './tree.js'
import type { Walk } from './walk.js'

/** A lineage that tells what is given when somebody asks for it. A copy of it does not tell. */
export function withGiven(lineage: Lineage, find: () => Lineage['given']): Lineage {
  let found: { readonly given: Lineage['given'] } | undefined
  const get = (): Lineage['given'] => (found ??= { given: find() }).given
  return Object.freeze(Object.defineProperty({ ...lineage }, 'given', { get }))
}

/**
 * Every value that stands in a text, and every parameter that it names or that is declared (`declared` of them), with the
 * columns that it meets. A minus sign that stands right before a number belongs to it; TRUE and FALSE are values where they
 * stand in expressions, NULL is none. Undefined where the tokens of the text do not fit its tree. Never throws.
 *
 * `walk` goes through the text once more, and tells what it sees.
 */
export function givenValues(parsed: Parsed, declared: number, walk: (meetings: Meetings) => Walk): Lineage['given'] {
  try {
    return tell(parsed, declared, walk)
  } catch (error) {
    // The stack or the grammar ran out.
    if (error instanceof RangeError || error instanceof GrammarFailure) return undefined
    throw error
  } finally {
    parsed.dropTrees?.()
  }
}

function tell(parsed: Parsed, declared: number, walk: (meetings: Meetings) => Walk): Lineage['given'] {
  const { statements } = parsed
  const nodes = givenNodes(statements)
  const places = textPlaces(parsed.text, nodes.constants)
  if (places === undefined) return undefined
  const columnsOf = isFollowed(statements) ? followed(nodes, walk) : unknown
  const given = places.literals.map(({ constants, end, start }) => value({ start, end }, constants, columnsOf))
  const numbers = new Set(places.parameters)
  for (let number = 1; number <= declared; number += 1) numbers.add(number)
  for (const parameter of [...numbers].toSorted((left, right) => left - right)) {
    const uses = nodes.parameters.filter((node) => numberOf(node, 'number') === parameter)
    given.push(value({ parameter }, uses, columnsOf))
  }
  return Object.freeze(given)
}

type ColumnsOf = (node: TreeNode) => readonly ColumnSource[] | undefined

const unknown: ColumnsOf = () => undefined

/** A value that is used in several ways meets what it meets in each of them. */
function value(place: GivenValue['place'], uses: readonly TreeNode[], columnsOf: ColumnsOf): GivenValue {
  const columns = new Map<string, ColumnSource>()
  let isKnown = uses.length > 0
  for (const use of uses) {
    const met = columnsOf(use)
    if (met === undefined) isKnown = false
    for (const source of met ?? []) columns.set(`${source.resource}\0${source.column}`, source)
  }
  return Object.freeze({
    place: Object.freeze(place),
    columns: isKnown ? Object.freeze([...columns.values()]) : undefined,
  })
}

/** Statements whose values are followed. Of others it is known where these stand. */
const followable: ReadonlySet<string> = new Set(
  'DeclareCursorStmt DeleteStmt ExplainStmt InsertStmt MergeStmt SelectStmt TransactionStmt UpdateStmt'.split(' '),
)

function isFollowed(statements: readonly TypedNode[]): boolean {
  return statements.every(({ body, type }) => {
    if (type !== 'ExplainStmt' && type !== 'DeclareCursorStmt') return followable.has(type)
    const query = unwrap(nodeOf(body, 'query'))
    return query !== undefined && isFollowed([query])
  })
}

function followed(nodes: GivenNodes, walk: (meetings: Meetings) => Walk): ColumnsOf {
  const meetings = new Meetings()
  const walked = walk(meetings)
  if (walked.effects.has('opaque') || walked.isExhausted || walked.flows.isExhausted) return unknown
  for (const node of nodes.free) {
    const body = isGiven(walked, node) ? valueBody(node) : undefined
    if (body !== undefined) meetings.meetNothing(body)
  }
  for (const node of nodes.parameters) if (!meetings.met.has(node)) meetings.lose(numberOf(node, 'number'))
  const columns = new MetColumns(walked, meetings)
  return (node) => columns.of(node)
}
