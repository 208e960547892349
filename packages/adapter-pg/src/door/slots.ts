import type { DoorRefusal } from './refusal-response.js'
import type { PreparedStatement } from './registry.js'
import type { Run } from './run.js'

/** What the server owes for one message that was sent to it. Of the door's `own` messages the client hears nothing but errors. */
export type Slot =
  | { readonly kind: 'parse'; readonly statement: PreparedStatement; readonly own?: undefined }
  | { readonly kind: 'parse'; readonly own: true }
  /** A message that cannot parse stands for a refused one; its error is replaced by the refusal. */
  | { readonly kind: 'refused'; readonly refusal: DoorRefusal }
  | { readonly kind: 'bind'; readonly run: Run; readonly own?: true }
  | { readonly kind: 'describe'; readonly own?: undefined }
  /** Tells what the columns of a run are. Where it is `shown` the client hears of them, too: a simple query answers them. */
  | { readonly kind: 'describe'; readonly own: true; readonly run: Run; readonly shown: boolean }
  /** That it is complete, the client hears of the door's own only when it is committed, as of a simple query. */
  | { readonly kind: 'execute'; readonly run: Run; readonly own?: true }
  | { readonly kind: 'close'; readonly own?: true }
  | { readonly kind: 'sync'; readonly own?: true }
  | { readonly kind: 'query'; readonly run: Run }
  | { readonly kind: 'refused-query'; readonly refusal: DoorRefusal }
  | { readonly kind: 'internal'; readonly exchange: InternalExchange }

/** An answer to a statement of the door's own. */
export interface InternalExchange {
  readonly rows: (readonly (string | null)[])[]
  error: string | undefined
  /** Whether a Sync follows, so that the exchange ends with ReadyForQuery. */
  readonly synced: boolean
  /** How many CloseComplete are due; without a Sync the last of them ends the exchange. */
  closes: number
  done: () => void
}

/** The error of an internal statement that the server skipped because an earlier message failed. */
export const skipped = 'skipped'

/** Which answers may come while the server works on a message (PostgreSQL documentation, "Message Flow"). */
const answers: Readonly<Record<Slot['kind'], string>> = {
  parse: '1',
  refused: '',
  bind: '2',
  describe: 'tTn',
  execute: 'CIsHcD',
  close: '3',
  sync: '',
  query: 'CITGHcD',
  'refused-query': '',
  internal: '',
}

/** A Describe that tells the door alone what the columns of a run are. */
export function describedUnseen(run: Run): Slot {
  return { kind: 'describe', own: true, run, shown: false }
}

/** Whether a message is answered by ReadyForQuery in the end. */
export function endsWithReady({ kind }: Slot): boolean {
  return kind === 'sync' || kind === 'query' || kind === 'refused-query'
}

/** Whether an answer is for the door alone. */
export function isHidden(head: Slot, letter: string): boolean {
  if (!('own' in head) || head.own !== true) return false
  return head.kind !== 'describe' || letter !== 'T' || !head.shown
}

/** Whether an answer may come for the message that is due. */
export function fits(head: Slot, letter: string): boolean {
  return answers[head.kind].includes(letter)
}

/** What the client gets in place of the server's error, if so. */
export function insteadOf(head: Slot, sqlState: string): DoorRefusal | undefined {
  if ('refusal' in head) return head.refusal
  // Nothing but values can be wrong with a Bind of the door's own, and a simple query has none.
  return head.kind === 'bind' && head.own === true && sqlState === '08P01' ? withoutValues : undefined
}

const withoutValues: DoorRefusal = {
  code: 'ERR_STATEMENT_INVALID',
  message: 'refused: a simple query has no values for its parameters',
  rules: [],
  hint: 'send the values with the statement, or write them into it',
  sqlState: '42P02',
}
