import type { Effect } from './effect.js'
import type { Lineage } from './lineage.js'
import type { SnapshotValue } from './snapshot.js'

/** A target as the policy knows it. */
export interface Target {
  readonly name: string
  readonly kind: string
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
  /** The exact text that will be sent. Never recorded. */
  readonly text: string
  /** The text with every literal replaced: what the record and error messages may show. */
  readonly recordedText: string
  readonly effects: readonly Effect[]
  /** How many statements the text holds: it is one action, and limits on statements count each of them. Default: 1. */
  readonly statements?: number
  /** Where the values go that it reads. Left out: nobody can tell, so that it reads nothing that a policy masks. */
  readonly lineage?: Lineage
}

/** One action: a description with its parameters, at one target. */
export interface Action {
  readonly target: Target
  readonly identity: TargetIdentity
  readonly description: Description
  readonly parameters: readonly SnapshotValue[]
  /** Counts changes of state that give the same text another meaning (settings, catalog). */
  readonly stateEpoch: string
  /** Settings of that state which approvers have to know, because the target reads the text by them. Undefined: none. */
  readonly settings?: Readonly<Record<string, string>> | undefined
}
