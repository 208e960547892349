import type { MaybePromise } from '@bothkeys/core/adapter'
import type { Analysis, TransactionControl } from '../analyzer/analysis.js'
import type { StatementParser } from '../analyzer/parse.js'
import { andThen } from './and-then.js'
import { readOnlyBegin } from './begin.js'
import type { OwnText } from './connection-name.js'
import { keepName, mayName } from './connection-name.js'
import { movableNames } from './name-lock.js'
import { neverAllowed } from './never-allowed.js'

export interface OwnTextOptions {
  readonly readOnly: boolean
  readonly extended: boolean
  readonly parser: StatementParser
  /** What the name of the connection begins with. */
  readonly session: string
}

/** The text that may leave in place of the client's own, or why none may whatever the policy says. */
export function ownText(analysis: Analysis, options: OwnTextOptions): MaybePromise<OwnText> {
  const { readOnly, extended, parser, session } = options
  const never = neverAllowed(analysis, { readOnly, extended })
  if (never !== undefined) return { refusal: never }
  const movable = movableNames(analysis)
  if (movable !== undefined) return { refusal: movable }
  const text = textToSend(analysis, readOnly)
  if (!mayName(text)) return { text }
  return andThen(parser.parse(text), (parsed) => (parsed.unparsable ? { text } : keepName(parsed, session)))
}

function textToSend({ transaction, description }: Analysis, readOnly: boolean): string {
  if (!readOnly || transaction === undefined || !opens(transaction)) return description.text
  return transaction.verb === 'begin' ? readOnlyBegin(transaction) : description.text
}

function opens(transaction: TransactionControl): boolean {
  return transaction.verb === 'begin' || transaction.chain
}
