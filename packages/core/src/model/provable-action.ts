import { hash } from 'node:crypto'
import type { CanonicalInput } from './canonical-json.js'
import { canonicalJson } from './canonical-json.js'
import type { MaybePromise } from './maybe-promise.js'
import type { TargetIdentity } from './action.js'
import type { SnapshotValue } from './snapshot.js'

/**
 * One action as whoever signs for it sees it: exactly what would run, where, and for which session. Plain JSON, so that it
 * crosses a process as it is; values that JSON cannot tell apart are tagged (`SnapshotValue`).
 */
export interface ProvableAction {
  /** The name of the guard. */
  readonly engine: string
  /** The whole id. */
  readonly session: string
  /** The run of the session: its own for a sub-agent's. */
  readonly run: string
  /** Its name and kind in the policy, and where the connection really ends. */
  readonly target: { readonly name: string; readonly kind: string; readonly identity: TargetIdentity }
  /** The adapter's word for it, for example `query`. */
  readonly operation: string
  /** Exactly what would be sent. */
  readonly text: string
  /** The values that go with it, in their order. */
  readonly parameters: readonly SnapshotValue[]
  /** Settings of the target by which the text is read otherwise than most people would. Empty: none. */
  readonly settings: Readonly<Record<string, string>>
  /** What the text means there: it changes with whatever gives the same text another meaning. The adapter's own words. */
  readonly state: string
}

/**
 * Answers a proof of one action: `signAction` of `@bothkeys/core/signing`, called where the key is. `signal` is aborted when
 * nobody waits any longer.
 */
export type ActionProver = (action: ProvableAction, signal: AbortSignal) => MaybePromise<string>

/** SHA-256("bothkeys.action.v1" ‖ 0x00 ‖ JCS of the action) in base64url: what a proof holds as its `adh`. */
export function actionDigest(actionText: string): string {
  return hash('sha256', `bothkeys.action.v1\0${actionText}`, 'base64url')
}

/** An action as the text that its digest is over (RFC 8785). Throws ERR_SNAPSHOT_INVALID for what is not plain JSON. */
export function provableText(action: ProvableAction): string {
  // An interface has no index signature; canonicalJson checks at run time that everything in it is plain JSON.
  return canonicalJson(action as unknown as CanonicalInput)
}
