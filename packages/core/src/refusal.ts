import type { ErrorCode } from './errors.js'
import { BothKeysError } from './errors.js'
import type { DenialReason } from './model/decision.js'

/** Why an action does not run. A value inside the library, a BothKeysError at its edge. */
export interface Refusal {
  /** Stable: what to branch on. */
  readonly code: ErrorCode
  /** One sentence: what was refused and why. Never a row value, a parameter or a secret. */
  readonly message: string
  /** The policy's rules that spoke, by their ids. Empty: none did. */
  readonly rules: readonly string[]
  /** What the caller can do next. */
  readonly hint: string
}

/** A refusal that starts from an error of the library. Anything else counts as an internal failure. */
export function refusalFrom(error: unknown): Refusal {
  if (error instanceof BothKeysError) {
    return {
      code: error.code,
      message: error.message,
      rules: error.rules,
      hint: error.hint ?? 'ask whoever runs bothkeys here',
    }
  }
  return {
    code: 'ERR_INTERNAL',
    message: 'bothkeys failed while deciding this action, so nothing ran',
    rules: [],
    hint: 'ask whoever runs bothkeys here; the cause is in the observer event "failure"',
  }
}

/** The refusal of a denied action. */
export function denialOf(rules: readonly string[], reasons: readonly DenialReason[]): Refusal {
  const described = reasons.slice(0, 5).map(describeReason)
  const more = reasons.length > 5 ? ` and ${String(reasons.length - 5)} more` : ''
  return {
    code: 'ERR_DENIED',
    message: `refused: ${described.join('; ')}${more}`,
    rules,
    hint:
      rules.length > 0
        ? 'change the statement so that the rule does not apply, or have the policy changed'
        : 'have a rule added that allows this effect to one of your roles',
  }
}

function describeReason(reason: DenialReason): string {
  const effect = reason.effect === undefined ? '' : `${reason.effect.duty} ${reason.effect.resource}: `
  const rule = reason.rule === undefined ? '' : ` (rule ${reason.rule})`
  return `${effect}${reason.reason}${rule}`
}

/** The refusal of an action that needs approval while a transaction is open. */
export function heldInTransaction(rules: readonly string[]): Refusal {
  return {
    code: 'ERR_HOLD_IN_TRANSACTION',
    message: `refused: this action needs approval (rule ${rules.join(', ')}), and a transaction is open whose locks would wait for a person`,
    rules,
    hint: 'run the statement on its own, outside BEGIN and COMMIT',
  }
}

/** The refusal of an action whose answers a limit counts, where nobody counts them. */
export const answersUnmeasured: Refusal = Object.freeze({
  code: 'ERR_LIMIT_UNMEASURED',
  message:
    'refused: a limit counts the rows that this action is handed out, and the adapter of the target cannot count them',
  rules: Object.freeze([]),
  hint: 'take the limit on rows or bytes off this target, or use an adapter that counts them',
})

/** The refusal of an action that was let through under a policy that is no longer in force. */
export const policyChanged: Refusal = Object.freeze({
  code: 'ERR_PERMIT_VOID',
  message: 'the policy changed after the action was let through, so it did not run, or did not run on',
  rules: Object.freeze([]),
  hint: 'send or bind the action again: it is decided under the new policy',
})

/** The refusal of an action whose approval was spent and is over before the action ran. */
export const approvalOver: Refusal = Object.freeze({
  code: 'ERR_PERMIT_VOID',
  message: 'the approval expired, or somebody who gave it was revoked, so the action did not run, or did not run on',
  rules: Object.freeze([]),
  hint: 'have the action approved again, and run it in that time',
})

/** The refusal of an action that was let through and then waited. */
export function begunTooLate(deadlineMs: number): Refusal {
  return {
    code: 'ERR_PERMIT_VOID',
    message: `the action did not begin within ${String(deadlineMs)} ms after it was let through, so it did not run`,
    rules: [],
    hint: 'bind it again, right before it is executed',
  }
}

/** The refusal of an action that was let through and waited while the ledger could not be looked at. */
export const revocationsUnknown: Refusal = Object.freeze({
  code: 'ERR_PERMIT_VOID',
  message: 'the action waited, and what was revoked meanwhile is not known, so it did not run',
  rules: Object.freeze([]),
  hint: 'send it again; look at the ledger when that fails',
})

/** The refusal as an error. */
export function refusalError(refusal: Refusal): BothKeysError {
  return new BothKeysError(refusal.code, refusal.message, { rules: refusal.rules, hint: refusal.hint })
}

/** The refusal of what was approved for a target that is not the same any more. */
export function changedAfterApproval(rules: readonly string[]): Refusal {
  return {
    code: 'ERR_APPROVAL_VOID',
    message: 'the target changed after the approval, so the action did not run',
    rules,
    hint: 'send the action again and have it approved as it is now',
  }
}

/** What observers are told when nobody knows how far a sink is after a crash. */
export const cursorNotKept: Refusal = {
  code: 'ERR_JOURNAL_UNAVAILABLE',
  message: 'what a sink acknowledged could not be kept: it gets events again after a crash; the journal itself goes on',
  rules: [],
  hint: 'look at the disk of the journal directory',
}

/** The head of a journal that could not be noted elsewhere. */
export const headNotNoted: Refusal = {
  code: 'ERR_JOURNAL_UNAVAILABLE',
  message: 'the head of the journal could not be noted; the journal itself goes on',
  rules: [],
  hint: 'look at the place that the option head of the journal names',
}
