import type { Clock } from '../model/clock.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import type { PrincipalKind, Subject } from '../model/principal.js'

/** What a directory says of one account. */
export interface DirectoryRecord {
  /** Whether it is a person, an agent or a workload. A credential that says otherwise is refused. */
  readonly kind: PrincipalKind
  /** What the directory calls the person, the same for each of their accounts. A human has it, nobody else. */
  readonly person?: string | undefined
  /** Every account of the same person or agent, the one that was asked for among them. Left out: it is the only one. */
  readonly accounts?: readonly Subject[] | undefined
  /** The accountable people of an agent or a workload, by one account each: at least one. A human has none. */
  readonly owners?: readonly Subject[] | undefined
  /** What agents of one make share: two of a class are not independent of each other. */
  readonly agentClass?: string | undefined
  /** The roles that are held now. Left out: the directory keeps none, and those of the token count. */
  readonly roles?: readonly string[] | undefined
  /** A disabled account opens no session and decides nothing. */
  readonly disabled: boolean
}

/** One account of a listing, and what the directory says of it. */
export interface DirectoryEntry {
  /** Whom it is about. */
  readonly subject: Subject
  /** What the directory says of it. */
  readonly record: DirectoryRecord
}

/** How a lookup is to be answered. */
export interface DirectoryQuery {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal
  /** Nothing kept from an earlier lookup will do: an approved action is about to run. */
  readonly fresh: boolean
}

/** What a guard gives its directory. */
export interface DirectoryContext {
  /** Time for what is kept. */
  readonly clock: Clock
  /** Aborted when the guard closes. */
  readonly signal: AbortSignal
  /** Told of what went wrong without an answer going wrong, for example of a broken file whose last state still serves. */
  readonly onFailure: (cause: unknown) => void
}

/**
 * Says who is behind an account: which person, which other accounts, who is accountable for it, which roles it has now
 * (RULES 2). A directory is believed to be right, and may be slow, down or broken: throwing, hanging past the guard's
 * deadline and an answer of another form refuse whatever was asked for. So does undefined, for an account that it does not
 * know.
 */
export interface Directory {
  /** Makes ready. Called once, by the guard; what it throws keeps the guard from being created. */
  open?(context: DirectoryContext): MaybePromise<void>
  /** What is known of an account. Undefined: it is unknown, and refused. Throwing refuses, too (ERR_DIRECTORY_UNAVAILABLE). */
  resolve(subject: Subject, query: DirectoryQuery): MaybePromise<DirectoryRecord | undefined>
  /**
   * Every account that it knows, each once, also those that are disabled. With it, roles that a policy keeps apart are looked
   * for in the whole directory when the policy is loaded. It answers everybody or throws: a part of them is not a listing.
   */
  list?(query: DirectoryQuery): MaybePromise<readonly DirectoryEntry[]>
  /** Lets go of what it holds, when the guard closes. */
  close?(): MaybePromise<void>
}
