import type { Effect } from './effect.js'
import type { Lineage } from './lineage.js'
import type { SnapshotValue } from './snapshot.js'

/** A target as the policy knows it. */
export interface Target {
  /** The name in the policy. */
  readonly name: string
  /** The kind of its adapter: `postgres`, `kubernetes`, `tool`. */
  readonly kind: string
  /** The labels of the policy, by which rules may choose it. */
  readonly labels: Readonly<Record<string, string>>
}

/** Where the connection really ends: host, port, database, server version and the like. Goes into the digest. */
export type TargetIdentity = Readonly<Record<string, string>>

/**
 * What an adapter understood of one statement, command or request, before its parameters.
 * Adapters build it once per text and reuse it; it is frozen.
 */
export interface Description {
  /** The adapter's word for it, for example `query`. */
  readonly operation: string
  /** The exact text that will be sent, but for what `secrets` says. Never recorded. */
  readonly text: string
  /**
   * What stands in the text for values that nobody is shown who is asked, whatever the policy says: each from its start up to its end
   * in UTF-16 units. The text binds them by a keyed digest. Default: the text is whole.
   */
  readonly secrets?: readonly { readonly start: number; readonly end: number }[]
  /** The text with every literal replaced: what the record and error messages may show. */
  readonly recordedText: string
  /** What it does, resource by resource. A rule must allow each. */
  readonly effects: readonly Effect[]
  /** The words of a command, each of which rules with `argv` look at by itself. */
  readonly argv?: readonly string[]
  /** How many statements the text holds: it is one action, and limits on statements count each of them. Default: 1. */
  readonly statements?: number
  /** Where the values go that it reads. Left out: nobody can tell, so that it reads nothing that a policy masks. */
  readonly lineage?: Lineage
}

/** One action: a description with its parameters, at one target. */
export interface Action {
  /** As the policy knows it. */
  readonly target: Target
  /** Where the connection really ends. */
  readonly identity: TargetIdentity
  /** What the adapter understood. */
  readonly description: Description
  /** The values that go with it, in their order, exactly as they are sent. */
  readonly parameters: readonly SnapshotValue[]
  /** Counts changes of state that give the same text another meaning (settings, catalog). */
  readonly stateEpoch: string
  /** Settings of that state which approvers have to know, because the target reads the text by them. Undefined: none. */
  readonly settings?: Readonly<Record<string, string>> | undefined
}
