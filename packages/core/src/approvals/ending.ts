import type { ErrorCode } from '../errors.js'
import { BothKeysError } from '../errors.js'
import type { Principal } from '../model/principal.js'
import type { ApprovalRefusal, NotApproved } from './request.js'
import type { RequestEnd } from './stored-request.js'
import { inQuotes } from './visible.js'

/** How one request ended, with what the caller is told. */
export type Ending =
  | { readonly end: 'denied'; readonly by: Principal | undefined; readonly reason: string | undefined }
  | { readonly end: 'expired' }
  | { readonly end: 'withdrawn' }
  | { readonly end: 'consumed' }
  | { readonly end: 'void'; readonly why: string }
  | { readonly end: 'unavailable'; readonly code: ErrorCode; readonly why: string; readonly hint?: string }

/** Every approver threw. */
export const nobodyAnswers: Ending = Object.freeze({
  end: 'unavailable',
  code: 'ERR_APPROVAL_UNAVAILABLE',
  why: 'every approver failed, so nobody can decide',
  hint: 'see the observer event "failure" for why they failed',
})

/** Whoever answered may not decide, and nobody is left. */
export const nobodyEligible: Ending = Object.freeze({
  end: 'unavailable',
  code: 'ERR_APPROVAL_INELIGIBLE',
  why: 'nobody who answered may decide this request, and nobody is left to ask',
  hint: 'the reasons are in the record; ask somebody independent who holds the role',
})

/** Another process holds the request: here it is over, and there it goes on. */
export const carriedOn: Ending = Object.freeze({ end: 'void', why: 'another process waits for this request now' })

/** A failed port as an ending: nothing runs. */
export function failedEnding(error: unknown): Extract<Ending, { end: 'unavailable' }> {
  if (!(error instanceof BothKeysError))
    return { end: 'unavailable', code: 'ERR_INTERNAL', why: 'bothkeys itself failed' }
  const ending = { end: 'unavailable', code: error.code, why: error.message } as const
  return error.hint === undefined ? ending : { ...ending, hint: error.hint }
}

/** What the caller of a held action is told. */
export function endedOutcome(ending: Ending, rules: readonly string[]): NotApproved {
  const refusal = endedRefusal(ending, rules)
  switch (ending.end) {
    case 'denied':
      return { outcome: 'denied', refusal, by: ending.by, reason: ending.reason }
    case 'consumed':
      return { outcome: 'void', refusal }
    default:
      return { outcome: ending.end, refusal }
  }
}

/** Why a request that ended like this does not run (again). */
export function endedRefusal(ending: Ending, rules: readonly string[]): ApprovalRefusal {
  const rule = `rule ${rules.join(', ')}`
  switch (ending.end) {
    case 'denied':
      return refusal('ERR_APPROVAL_DENIED', denialInWords(ending, rule), 'talk to the approvers', rules)
    case 'expired':
      return refusal(
        'ERR_APPROVAL_EXPIRED',
        `nobody approved this action before the request expired (${rule})`,
        'send the action again when an approver is there',
        rules,
      )
    case 'withdrawn':
      return refusal(
        'ERR_APPROVAL_WITHDRAWN',
        `the request for approval was withdrawn (${rule})`,
        'send the action again and wait for the decision',
        rules,
      )
    case 'consumed':
      return refusal('ERR_PERMIT_SPENT', `this approval was used already (${rule})`, 'ask for approval again', rules)
    case 'void':
      return refusal(
        'ERR_APPROVAL_VOID',
        `the approval is void: ${ending.why} (${rule})`,
        'send the action again',
        rules,
      )
    case 'unavailable':
      return refusal(ending.code, `${ending.why} (${rule})`, ending.hint ?? 'ask whoever runs bothkeys here', rules)
  }
}

/** The same refusal as an error. */
export function endedError(ending: Ending, rules: readonly string[]): BothKeysError {
  const { code, message, hint } = endedRefusal(ending, rules)
  return new BothKeysError(code, message, { rules, hint })
}

/** The ending that a state in the ledger stands for. */
export function endingOf(state: RequestEnd): Ending {
  switch (state) {
    case 'consumed':
    case 'expired':
    case 'withdrawn':
      return { end: state }
    case 'denied':
      return { end: 'denied', by: undefined, reason: undefined }
    case 'void':
    case 'unavailable':
      return { end: 'void', why: 'the request ended meanwhile' }
  }
}

/** As much of a name or of somebody's words as the record has, and no more of them. */
const maxQuoted = 256

/**
 * Who denied, and their own words. Whoever reads it may be a model, and the words may come from anywhere: they stand in quotes,
 * as what they are, in one line, with what is hidden written out.
 */
function denialInWords({ by, reason }: Extract<Ending, { end: 'denied' }>, rule: string): string {
  const denied = `an approver denied this action (${rule})`
  if (by === undefined) return denied
  const words =
    reason === undefined || reason.trim() === '' ? 'gave no reason' : `wrote, quoted here: ${quoted(reason)}`
  return `${denied}: ${quoted(by.subject.id)} ${words}`
}

function quoted(text: string): string {
  return `${inQuotes(text.slice(0, maxQuoted))}${text.length > maxQuoted ? ' (cut)' : ''}`
}

function refusal(code: ErrorCode, message: string, hint: string, rules: readonly string[]): ApprovalRefusal {
  return Object.freeze({ code, message, rules, hint })
}

/** New votes came for as long as an approval was being spent. */
export const floodOfVotes: Ending = Object.freeze({
  end: 'unavailable',
  code: 'ERR_APPROVAL_UNAVAILABLE',
  why: 'votes kept coming in while the approval was being used',
  hint: 'send the action again',
})
