import { withDeadline } from './deadline.js'
import { BothKeysError } from './errors.js'
import { actionProofCheck } from './identity/action-proof.js'
import type { Action } from './model/action.js'
import type { Clock } from './model/clock.js'
import { JointSignal } from './model/joint-signal.js'
import { over } from './model/over.js'
import type { ProvableAction } from './model/provable-action.js'
import { actionDigest, provableText } from './model/provable-action.js'
import type { ProofDemand } from './proof-demand.js'
import type { Refusal } from './refusal.js'
import { refusalFrom } from './refusal.js'
import type { Requester } from './requester.js'

/** What the proofs of a guard are checked with. */
export interface ActionProofContext {
  readonly engine: string
  readonly clock: Clock
  /** How long a proof may take before nothing runs. */
  readonly deadlineMs: number
  /** Told what went wrong where the signer is. */
  readonly onFailure: (session: string, refusal: Refusal, cause: unknown) => void
}

/**
 * Has one action proven by whoever holds the session's key. Resolves to nothing when the proof is right, for exactly this
 * action, and used for the first time. To a refusal otherwise: ERR_PROOF_UNAVAILABLE when there is none, ERR_PROOF_INVALID,
 * ERR_LIMIT_EXCEEDED when no more used proofs can be remembered, ERR_DEADLINE, ERR_SNAPSHOT_INVALID, ERR_INTERNAL. Never
 * rejects. A session that needs no proofs has proven all that it has to. `signal` is that of the request; the end of the session ends the wait as well.
 */
export type ProveAction = (requester: Requester, action: Action, signal: AbortSignal) => Promise<Refusal | undefined>

/** One per guard: it remembers which proofs were used. */
export function actionProofs({ clock, deadlineMs, engine, onFailure }: ActionProofContext): ProveAction {
  const check = actionProofCheck(clock)

  async function proven(
    requester: Requester,
    { key, prove, tokenHash }: ProofDemand,
    action: Action,
    signal: AbortSignal,
  ): Promise<void> {
    const text = provableText(provable(engine, requester, action))
    // A copy, so that whoever signs can change nothing of what runs.
    const shown = JSON.parse(text) as ProvableAction
    const proof = await withDeadline(
      answered(() => prove(shown, signal)),
      'the proof of the action',
      deadlineMs,
      signal,
    )
    await check(proof, { engine, session: requester.sessionId, action: actionDigest(text), key, tokenHash })
  }

  return async (requester, action, signal) => {
    if (requester.proof === undefined) return undefined
    const waiting = new JointSignal(requester.signal, signal)
    try {
      await proven(requester, requester.proof, action, waiting.signal)
      return undefined
    } catch (error) {
      const refusal = refusalFrom(error)
      const cause: unknown = error instanceof BothKeysError ? error.cause : error
      if (cause !== undefined) onFailure(requester.sessionId, refusal, cause)
      return refusal
    } finally {
      // Whoever signs need not go on.
      waiting.abort(over)
    }
  }
}

function provable(engine: string, { principal, sessionId }: Requester, action: Action): ProvableAction {
  const { description, identity, parameters, settings, stateEpoch, target } = action
  return {
    engine,
    session: sessionId,
    run: principal.run.id,
    target: { name: target.name, kind: target.kind, identity },
    operation: description.operation,
    text: description.text,
    parameters,
    settings: settings ?? {},
    state: stateEpoch,
  }
}

/** Whatever the prover throws is a proof that did not come. */
async function answered(prove: () => unknown): Promise<string> {
  const proof: unknown = await unlessThrown(prove)
  if (typeof proof === 'string' && proof !== '') return proof
  throw unavailable(undefined)
}

async function unlessThrown(prove: () => unknown): Promise<unknown> {
  try {
    return await prove()
  } catch (cause) {
    throw unavailable(cause)
  }
}

function unavailable(cause: unknown): BothKeysError {
  return new BothKeysError('ERR_PROOF_UNAVAILABLE', 'every action of the session needs a proof, and none came', {
    hint: 'look at what openSession({ proveAction }) calls; the cause is in the observer event "failure"',
    ...(cause === undefined ? {} : { cause }),
  })
}
