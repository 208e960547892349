import { internalMessages } from '../door/internal-statement.js'
import type { PlanRequest } from '../door/plan-request.js'
import type { RunInternal, StateCache } from '../door/state-cache.js'
import { unlessAborted } from '../door/unless-aborted.js'
import type { Upstream } from '../door/upstream.js'
import { meansTheSame } from './meaning.js'
import type { Answer } from './plan-connection.js'
import { PlanConnection, PlanFailure } from './plan-connection.js'
import { beginReadOnly, parsePlan, runPlan } from './plan-messages.js'
import { planSteps } from './plan-steps.js'
import { unplannable } from './plannable.js'
import type { PlanReason, Planned } from './reasons.js'
import { isTrustedType } from './trusted.js'

/** Opens a connection of the target's own role. Rejects when one of the signals aborts; then nothing is left of it. */
export type OpenPlanning = (signals: readonly AbortSignal[]) => Promise<Upstream>

const maxWaiting = 8

/**
 * Plans held statements of one target without running them (RULES 28): one at a time, each on a connection of its own, in a
 * transaction that is read-only and short of time, closed at once. Nothing is sent that `unplannable` speaks against, or
 * where the connection would read it in another way than it was understood.
 */
export class Planner {
  readonly #states: Pick<StateCache, 'peek'>
  #waiting = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(states: Pick<StateCache, 'peek'>) {
    this.#states = states
  }

  /** Answers with the reason where there is no estimate; rejects only with the reason of a signal that aborted. */
  async plan(open: OpenPlanning, request: PlanRequest, signals: readonly AbortSignal[]): Promise<Planned> {
    const none = unplannable(request.analysis, request.state)
    if (none !== undefined) return { none }
    if (this.#waiting >= maxWaiting) return { none: 'busy' }
    this.#waiting += 1
    const turn = this.#last.then(() => this.#connected(open, request, signals))
    this.#last = turn.catch(() => undefined)
    try {
      return await turn
    } finally {
      this.#waiting -= 1
    }
  }

  /** Resolves when nothing is planned any more. */
  async idle(): Promise<void> {
    await this.#last
  }

  async #connected(open: OpenPlanning, request: PlanRequest, signals: readonly AbortSignal[]): Promise<Planned> {
    for (const signal of signals) signal.throwIfAborted()
    let upstream: Upstream
    try {
      upstream = await open(signals)
    } catch {
      for (const signal of signals) signal.throwIfAborted()
      // What the driver says may hold addresses and names.
      return { none: 'unreachable' }
    }
    const connection = new PlanConnection(upstream)
    try {
      return await unlessAborted(
        signals,
        () => this.#explained(connection, request),
        () => undefined,
      )
    } catch (error) {
      for (const signal of signals) signal.throwIfAborted()
      return { none: error instanceof PlanFailure ? error.reason : 'invalid' }
    } finally {
      await connection.close()
    }
  }

  async #explained(connection: PlanConnection, request: PlanRequest): Promise<Planned> {
    const { parameters, parameterTypes, state, text } = request
    const begun = await connection.ask(beginReadOnly)
    if (begun.error !== undefined || begun.status !== 'T') return refusedBy(begun)
    if (!(await this.#readsAlike(connection, request))) return { none: 'other-state' }
    const parsed = await connection.ask(parsePlan(text, parameterTypes))
    if (parsed.error !== undefined) return refusedBy(parsed)
    // A type that the client left open is known now.
    if (parsed.parameterTypes?.every((type) => isTrustedType(state.catalog, type)) !== true) {
      return { none: 'untrusted-function' }
    }
    // What the names mean is settled now, and their relations are locked: had it changed before, it would be seen here.
    if (!(await this.#readsAlike(connection, request))) return { none: 'other-state' }
    const planned = await connection.ask(runPlan(parameters))
    return planned.error === undefined ? planSteps(planned.rows[0]?.[0]) : refusedBy(planned)
  }

  /** Whether the connection changes nothing, and reads a text as that of the statement does. */
  async #readsAlike(connection: PlanConnection, { serverMajor, state }: PlanRequest): Promise<boolean> {
    const sight = await this.#states.peek(runOn(connection), serverMajor)
    const isReadOnly = sight.session.settings.transaction_read_only === 'on'
    return isReadOnly && meansTheSame(sight, state)
  }
}

function runOn(connection: PlanConnection): RunInternal {
  return async (statement) => {
    const { error, rows } = await connection.ask(internalMessages(statement, [], false, true))
    if (error !== undefined) throw new PlanFailure('invalid')
    return rows
  }
}

/** The SQLSTATEs that say more than that the server does not want to (PostgreSQL documentation, Appendix A). */
const reasons: ReadonlyMap<string, PlanReason> = new Map([
  ['55P03', 'locked'],
  ['57014', 'timeout'],
])

function refusedBy({ error = '' }: Answer): Planned {
  return { none: reasons.get(error) ?? 'refused' }
}
