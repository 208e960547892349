import type { SnapshotValue } from '@bothkeys/core/adapter'
import type { NameLock } from './name-lock.js'
import type { DoorRefusal } from './refusal-response.js'
import type { Run } from './run.js'

/** A statement that wants to run. */
export interface PassageRequest {
  readonly text: string
  readonly parameters: readonly SnapshotValue[]
  /** Their types as Parse declares them. */
  readonly parameterTypes?: readonly number[]
  /** Whether it came in the extended protocol. */
  readonly extended: boolean
  /** Whether an earlier statement of the same unsynced batch ran already. */
  readonly laterInBatch: boolean
  readonly names: NameLock
}

/**
 * Whether it may, and the text that is sent: the client's own, but for BEGIN of a read-only session, for SET of the
 * connection's name, and for the comment with the action id when the target asks for it.
 */
export type Passage =
  | { readonly outcome: 'permitted'; readonly run: Run; readonly sent: string }
  | { readonly outcome: 'refused'; readonly refusal: DoorRefusal }

/** Why a Parse may not leave, if so, and the text that it may leave with. */
export interface Preview {
  readonly refusal?: DoorRefusal
  readonly text: string
}
