import type { Description } from '@bothkeys/core/adapter'
import type { CopyOut } from './copy-format.js'
import type { TypedNode } from './tree.js'

/** A transaction verb and what it says about access. */
export interface TransactionControl {
  readonly verb:
    | 'begin'
    | 'commit'
    | 'rollback'
    | 'savepoint'
    | 'release'
    | 'rollback-to'
    | 'prepare'
    | 'commit-prepared'
    | 'rollback-prepared'
  /** COMMIT AND CHAIN and the like: a new transaction is open right after. */
  readonly chain: boolean
  readonly isolation: string | undefined
  readonly readOnly: boolean | undefined
  readonly deferrable: boolean | undefined
}

/** What a statement does to names that live on the connection, which the door keeps a registry of. */
export type RegistryChange =
  | {
      readonly kind: 'prepare'
      readonly name: string
      /** The statement's own text, to be parsed and analysed anew for each state it is executed in. */
      readonly text: string
      /** The statement's own tree. */
      readonly statement: TypedNode
      /** Object ids of the types that its parameters are declared to have. */
      readonly parameterTypes: readonly number[]
    }
  | { readonly kind: 'deallocate'; readonly name: string | undefined }
  | { readonly kind: 'discard-all' }
  | {
      readonly kind: 'declare-cursor'
      readonly name: string
      /** Whether the cursor outlives its transaction. */
      readonly holdable: boolean
    }
  | { readonly kind: 'close-cursor'; readonly name: string | undefined }

/** One text as the door needs to know it. Frozen and reused for every execution of the same text in the same state. */
export interface Analysis {
  readonly description: Description
  /** How many statements the text holds; 0 for an empty one. */
  readonly statementCount: number
  /**
   * Whether it is provable that the text leaves every setting that `stateProbe` reads as it is, apart from harmless ones: no
   * SET of one, no set_config, no function of a user, no end of a transaction (which takes back what was set in it).
   */
  readonly settingFree: boolean
  /** Whether it sets something by which values are read: dates, times, numbers. */
  readonly changesReading: boolean
  /** Present when the text is exactly one transaction verb. */
  readonly transaction: TransactionControl | undefined
  /** Whether any statement of a longer text is a transaction verb. */
  readonly containsTransactionControl: boolean
  /** Whether the server runs what earlier statements of the transaction left for its end: COMMIT, SET CONSTRAINTS. */
  readonly runsDeferred: boolean
  readonly registry: readonly RegistryChange[]
  /** Whether COPY FROM STDIN or COPY TO STDOUT takes over the connection. */
  readonly copy: 'in' | 'out' | undefined
  /** Each COPY TO STDOUT of the text, in their order. */
  readonly copiesOut: readonly CopyOut[]
  /** Whether the server runs functions of users as soon as it analyses the text: at Parse, before Bind. */
  readonly runsInParse: boolean
  /** Whether the catalog may look different afterwards. */
  readonly changesCatalog: boolean
  /** Names of relations that stand for others as soon as somebody makes or drops one in a schema of the search path. */
  readonly movable: readonly string[]
  /**
   * Whether the command's answer counts every row that it changes: one INSERT, UPDATE, DELETE or MERGE, without others
   * inside it, rules and cascades. What functions and triggers change is theirs.
   */
  readonly countsRows: boolean
  /** Names of prepared statements (EXECUTE) and cursors (FETCH) whose content the effects were taken from. */
  readonly uses: readonly { readonly kind: 'prepared' | 'cursor'; readonly name: string }[]
}

/** A text that the real grammar does not accept, or that is refused before it is parsed. */
export interface Unparsable {
  readonly unparsable: true
  /** Says why without quoting the text. */
  readonly reason: string
  /** Byte position in the text, from 1, when the grammar names one. */
  readonly position: number | undefined
}
