import type { Description } from '@bothkeys/core/adapter'
import type { Analysis, Unparsable } from '../analyzer/analysis.js'
import { parseStatement } from '../analyzer/parse.js'
import type { DoorRefusal } from './refusal-response.js'
import type { Registry } from './registry.js'
import type { ServerState } from './server-state.js'
import { analyse } from './stub-analyse.js'

/** A text as the door understands it, or why it is refused before anything is decided. */
export type Understood =
  | { readonly analysis: Analysis }
  | { readonly refusal: DoorRefusal; readonly description: Description }

/** What the analysis depends on besides text and state. */
export interface UnderstandOptions {
  readonly registry: Registry
  readonly maxBytes: number
  readonly parameterTypes: readonly number[]
  /** Whether a name that the catalog does not know counts as unknown now, because it was just loaded anew. */
  readonly final?: boolean
}

/** Parses and analyses a text in a state of the server. `missed` asks for a newer catalog. */
export async function understand(
  text: string,
  state: ServerState,
  options: UnderstandOptions,
): Promise<Understood | { readonly missed: true }> {
  const known = state.recall(text)
  if (known !== undefined) return { analysis: known }
  const parsed = await parseStatement(text)
  if ('unparsable' in parsed && parsed.unparsable) return { refusal: unparsable(parsed), description: notUnderstood }
  const analysis = analyse(parsed)
  if (analysis.uses.length === 0) state.keep(text, analysis)
  return { analysis }
}

function unparsable({ reason, position }: Unparsable): DoorRefusal {
  return {
    code: 'ERR_STATEMENT_INVALID',
    message: `refused: ${reason}`,
    rules: [],
    hint: 'the statement was not sent; send what PostgreSQL itself would parse',
    ...(position === undefined ? {} : { position }),
  }
}

const notUnderstood: Description = Object.freeze({
  operation: 'query',
  text: '',
  recordedText: '(a text that does not parse)',
  effects: Object.freeze([
    Object.freeze({ duty: 'opaque', resource: 'statement:unparsable', attributes: Object.freeze({}) } as const),
  ]),
})
