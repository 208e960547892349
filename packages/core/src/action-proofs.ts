import { withDeadline } from './deadline.js'
import { BothKeysError } from './errors.js'
import { actionProofCheck } from './identity/action-proof.js'
import type { Action } from './model/action.js'
import type { Clock } from './model/clock.js'
import type { ProvableAction } from './model/provable-action.js'
import { actionDigest, provableText } from './model/provable-action.js'
import type { ProofDemand } from './proof-demand.js'
import type { Requester } from './requester.js'

/** What the proofs of a guard are checked with. */
export interface ActionProofContext {
  readonly engine: string
  readonly clock: Clock
  /** How long a proof may take before nothing runs. */
  readonly deadlineMs: number
}

/**
 * Has one action proven by whoever holds the session's key. Resolves when the proof is right, for exactly this action, and
 * used for the first time. Rejects with ERR_PROOF_UNAVAILABLE when there is none, ERR_PROOF_INVALID, ERR_LIMIT_EXCEEDED when
 * no more used proofs can be remembered, ERR_DEADLINE, ERR_SNAPSHOT_INVALID, and the signal's reason.
 */
export type ProveAction = (
  requester: Requester,
  demand: ProofDemand,
  action: Action,
  signal: AbortSignal,
) => Promise<void>

/** One per guard: it remembers which proofs were used. */
export function actionProofs({ clock, deadlineMs, engine }: ActionProofContext): ProveAction {
  const check = actionProofCheck(clock)
  return async (requester, { key, prove, tokenHash }, action, signal) => {
    const session = requester.sessionId
    const text = provableText(provable(engine, requester, action))
    // A copy, so that whoever signs can change nothing of what runs.
    const shown = Object.freeze(JSON.parse(text) as ProvableAction)
    const asked = answered(() => prove(shown, signal))
    const proof = await withDeadline(asked, 'the proof of the action', deadlineMs, signal)
    await check(proof, { engine, session, action: actionDigest(text), key, tokenHash })
  }
}

function provable(engine: string, { principal, sessionId }: Requester, action: Action): ProvableAction {
  const { description, identity, parameters, target } = action
  return {
    engine,
    session: sessionId,
    run: principal.run.id,
    target: { name: target.name, kind: target.kind, identity },
    operation: description.operation,
    text: description.text,
    parameters,
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
