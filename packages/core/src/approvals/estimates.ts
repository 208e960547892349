import { untilAborted } from '../identity/until-aborted.js'
import type { CanonicalInput } from '../model/canonical-json.js'
import { JointSignal } from '../model/joint-signal.js'
import { over } from '../model/over.js'
import { within } from '../ledger/within.js'
import type { EventDraft } from '../record/event.js'
import { BothKeysError } from '../errors.js'
import { record } from './approval-events.js'
import type { ApprovalPorts } from './approval-ports.js'
import type { Estimate } from './estimate.js'
import { noEstimate, parseEstimate } from './estimate.js'
import type { HeldCall } from './request.js'

/** How long a target may take: people wait for it. */
const maxWaitMs = 2_000
/** The most estimates for one root run on one target within a minute, whatever sessions it opens. */
const perMinute = 20
const minuteMs = 60_000
const maxKnown = 4_096

/**
 * Has targets estimate held actions before people are asked (RULES 28). An estimate is an action of its own: on record
 * before it is made, bounded in time and number, and told to nobody but the approvers. Without one, they are told why.
 */
export class Estimates {
  readonly #on: ApprovalPorts
  /** When the latest ones were made, by root run and target. */
  readonly #made = new Map<string, number[]>()

  constructor(on: ApprovalPorts) {
    this.#on = on
  }

  /**
   * Undefined when the target makes none. What it throws, how long it hangs and what it answers is its own matter: the
   * request goes on with the reason. Throws when the record fails, before anything was estimated.
   */
  async take(call: HeldCall, signal: AbortSignal): Promise<Estimate | undefined> {
    if (call.estimate === undefined) return undefined
    if (!this.#mayMake(call)) return noEstimate('rate-limited')
    const { deadlineMs, journal } = this.#on
    await record(journal, deadlineMs, event('evidence.asked', call), 'written')
    const estimate = await this.#ask(call, signal)
    await record(journal, deadlineMs, event('evidence.taken', call, estimate), 'written')
    return estimate
  }

  async #ask({ estimate, session }: HeldCall, signal: AbortSignal): Promise<Estimate> {
    const either = new JointSignal(signal)
    try {
      const answer = await within(maxWaitMs, 'the estimate', 'ERR_APPROVAL_UNAVAILABLE', () =>
        untilAborted(Promise.resolve(estimate?.(either.signal)), signal),
      )
      return parseEstimate(answer)
    } catch (error) {
      if (signal.aborted) return noEstimate('withdrawn')
      this.#on.onFailure(session, error)
      return noEstimate(error instanceof BothKeysError && error.code === 'ERR_DEADLINE' ? 'timeout' : 'failed')
    } finally {
      either.abort(over)
    }
  }

  #mayMake({ action, requester }: HeldCall): boolean {
    const key = `${requester.run.root}\0${action.target.name}`
    const nowMs = this.#on.clock.monotonicMs()
    const recent = (this.#made.get(key) ?? []).filter((atMs) => nowMs - atMs < minuteMs)
    if (recent.length >= perMinute) return false
    this.#made.delete(key)
    this.#made.set(key, [...recent, nowMs])
    for (const [oldest, times] of this.#made) {
      if (this.#made.size <= maxKnown && nowMs - (times.at(-1) ?? 0) < minuteMs) break
      this.#made.delete(oldest)
    }
    return true
  }
}

/** Without the parameters and the clear text. */
function event(type: 'evidence.asked' | 'evidence.taken', call: HeldCall, estimate?: Estimate): EventDraft {
  const { description, target } = call.action
  return {
    type,
    session: call.session,
    trace: call.trace,
    body:
      estimate === undefined
        ? { operation: description.operation, target: target.name, text: description.recordedText }
        : { estimate: recorded(estimate), target: target.name },
  }
}

/** What changes, without its values. */
function recorded(estimate: Estimate): CanonicalInput {
  if (!('changes' in estimate)) return estimate as CanonicalInput
  const { changes, findings, more } = estimate
  return { changes: changes.map(({ path }) => path), findings, more }
}
