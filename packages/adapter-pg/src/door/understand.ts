import type { Description, MaybePromise } from '@bothkeys/core/adapter'
import { isPromise, refusalFrom } from '@bothkeys/core/adapter'
import { analyse } from '../analyzer/analyse.js'
import type { Analysis, Unparsable } from '../analyzer/analysis.js'
import type { Parsed, StatementParser } from '../analyzer/parse.js'
import { firstUserId } from '../catalog/first-user-id.js'
import { andThen } from './and-then.js'
import type { DoorRefusal } from './refusal-response.js'
import type { Registry } from './registry.js'
import type { ServerState } from './server-state.js'

/** A text as the door understands it, or why it is refused before anything is decided. */
export type Understood =
  | { readonly analysis: Analysis }
  | { readonly refusal: DoorRefusal; readonly description: Description }

/** What the analysis depends on besides text and state. */
export interface UnderstandOptions {
  readonly parser: StatementParser
  readonly registry: Registry
  /** Types that a Parse message or PREPARE declares for the parameters. */
  readonly parameterTypes?: readonly number[]
  /** Whether a name that the catalog does not know counts as unknown now, because it was just loaded anew. */
  readonly final?: boolean
}

/** Parses and analyses a text in a state of the server. `missed` asks for a newer catalog. Never throws. */
export function understand(
  text: string,
  state: ServerState,
  options: UnderstandOptions,
): MaybePromise<Understood | { readonly missed: true }> {
  const known = state.recall(keyOf(text, options))
  if (known !== undefined) return { analysis: known }
  return andThen(options.parser.parse(text), (parsed) => understandParsed(text, parsed, state, options))
}

function understandParsed(
  text: string,
  parsed: Parsed | Unparsable,
  state: ServerState,
  options: UnderstandOptions,
): Understood | { readonly missed: true } {
  if (parsed.unparsable) return { refusal: unparsable(parsed, text), description: notUnderstood }
  let analysed: ReturnType<typeof analyse>
  try {
    analysed = analyseIn(parsed, state, options)
  } catch (error) {
    return { refusal: beyond(error), description: notUnderstood }
  }
  const { analysis, miss, missing } = analysed
  if (miss && options.final !== true) return { missed: true }
  const absent = missing.find((each) => !each.includes('#'))
  if (absent !== undefined) return { refusal: absence(absent), description: analysis.description }
  // What EXECUTE and FETCH refer to may change while the state does not.
  if (analysis.uses.length === 0) state.keep(keyOf(text, options), analysis)
  return { analysis }
}

function analyseIn(parsed: Parsed, state: ServerState, options: UnderstandOptions): ReturnType<typeof analyse> {
  const { parser, registry, parameterTypes } = options
  return analyse(parsed, {
    catalog: state.catalog,
    state: state.session,
    ...(parameterTypes !== undefined && { parameterTypes }),
    prepared: (name) => {
      const statement = registry.statements.get(name)
      if (statement === undefined) return undefined
      const inner = parser.parse(statement.text)
      // A text that is not at hand parsed is not understood here; EXECUTE of it is opaque then.
      if (isPromise(inner) || inner.unparsable) return undefined
      const { analysis } = analyseIn(inner, state, { parser, registry, parameterTypes: statement.parameterTypes })
      // A Parse takes commands that PREPARE does not, which do more to the connection than effects tell.
      return preparable.has(analysis.description.operation) ? analysis : undefined
    },
    cursor: (name) => registry.fetched(name),
  })
}

/** The same options for values of these types that Bind brings, if any is a user's: only such a value runs functions. */
export function typed(options: UnderstandOptions, types: readonly number[]): UnderstandOptions {
  return types.some((type) => type >= firstUserId) ? { ...options, parameterTypes: types } : options
}

/** A text holds no NUL, so that nothing else looks like one with types. */
function keyOf(text: string, { parameterTypes }: UnderstandOptions): string {
  return parameterTypes === undefined ? text : `${text}\0${parameterTypes.join(',')}`
}

/** A text that the analysis fails on, for example because it nests deeper than the stack, is not understood. */
function beyond(error: unknown): DoorRefusal {
  if (!(error instanceof RangeError)) return refusalFrom(error)
  return {
    code: 'ERR_STATEMENT_INVALID',
    message: 'refused: the statement is too complex to be understood',
    rules: [],
    hint: 'the statement was not sent; split it into smaller ones',
    sqlState: '54001',
  }
}

/** What SQL PREPARE takes. */
const preparable: ReadonlySet<string> = new Set(['select', 'insert', 'update', 'delete', 'merge'])

function unparsable({ reason, position }: Unparsable, text: string): DoorRefusal {
  return {
    code: 'ERR_STATEMENT_INVALID',
    message: `refused: ${reason}`,
    rules: [],
    hint: 'the statement was not sent; send what PostgreSQL itself would parse',
    ...(position === undefined ? {} : { position: characters(text, position) }),
  }
}

/** What the catalog does not have, as PostgreSQL's own codes say it (PostgreSQL documentation, Appendix A). */
const absentStates: ReadonlyMap<string, string> = new Map([
  ['function', '42883'],
  ['relation', '42P01'],
  ['schema', '3F000'],
  ['type', '42704'],
])

/** A name that even a fresh look at the catalog does not know: the server would say so too, and never sees the text. */
function absence(missing: string): DoorRefusal {
  return {
    code: 'ERR_STATEMENT_INVALID',
    message: `refused: ${missing} does not exist on the search path`,
    rules: [],
    hint: 'the statement was not sent; check the name and its schema',
    sqlState: absentStates.get(missing.split(' ')[0] ?? '') ?? '42704',
  }
}

/** PostgreSQL counts the characters up to an error from 1; the parser counts bytes. */
function characters(text: string, bytePosition: number): number {
  const before = Buffer.from(text, 'utf8')
    .subarray(0, bytePosition - 1)
    .toString('utf8')
  return Array.from(before).length + 1
}

const notUnderstood: Description = Object.freeze({
  operation: 'query',
  text: '',
  recordedText: '(a text that does not parse)',
  effects: Object.freeze([
    Object.freeze({ duty: 'opaque', resource: 'statement:unparsable', attributes: Object.freeze({}) } as const),
  ]),
})
