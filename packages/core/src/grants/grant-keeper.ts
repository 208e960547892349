import type { HeldAction } from '../approvals/request.js'
import { Expiry } from '../approvals/expiry.js'
import { BothKeysError } from '../errors.js'
import type { Ledger } from '../ledger/ledger.js'
import { within } from '../ledger/within.js'
import type { Clock } from '../model/clock.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import type { EventDraft } from '../record/event.js'
import type { Journal } from '../record/journal.js'
import type { Refusal } from '../refusal.js'
import type { ApprovedGrant } from './grant-events.js'
import { endEvent, givenEvent } from './grant-events.js'
import type { NoUse, UseTaking } from './grant-ledger.js'
import { GrantLedger, useTaking } from './grant-ledger.js'
import { grantOver } from './grant-refusals.js'
import { covers } from './grant-scope.js'
import type { HeldByRules } from './held-by-rules.js'
import type { Grant, GrantEnd, GrantUse, LiveGrant, OpenGrant } from './open-grant.js'
import { openGrant } from './open-grant.js'

/** What grants need of the guard. */
export interface GrantContext {
  readonly ledger: Ledger
  readonly journal: Journal
  readonly clock: Clock
  readonly policyNow: () => CompiledPolicy
  /** Whether the people who approved could still do so. Rejecting lets nothing through. */
  readonly stands: (approval: HeldAction) => Promise<boolean>
  /** Whether one of the people who approved is revoked, as far as is known here. */
  readonly isRevoked: (approval: HeldAction) => boolean
  readonly isTargetRevoked: (name: string) => boolean
  readonly deadlineMs: number
  readonly onGiven: (event: { readonly grant: string; readonly session: string; readonly target: string }) => void
  readonly onEnded: (event: { readonly grant: string; readonly session: string; readonly end: GrantEnd }) => void
  /** Told of failures that let nothing through. */
  readonly onFailure: (session: string, cause: unknown) => void
}

/** Takes a use in the same compare-and-set as what the action reserves: both or neither (RULES 15). */
export type TakeUse = (
  taking: UseTaking,
  approval: HeldAction,
) => Promise<'taken' | { readonly refusal: Refusal } | { readonly untaken: NoUse }>

/** The most grants that one session has at a time. */
const mostPerSession = 20

/**
 * Knows what people granted to the sessions of this process, and takes uses of it. Nothing is taken over from another
 * process or from before a restart (RULES 19). Whatever throws, hangs or changes on the way, nothing is let through.
 */
export class GrantKeeper {
  readonly #context: GrantContext
  readonly #stored: GrantLedger
  readonly #live = new Map<string, Set<LiveGrant>>()
  /** So that the last use of a grant does not let its action through either, if that has not begun. */
  readonly #takenBack = new Set<string>()

  constructor(context: GrantContext) {
    this.#context = context
    this.#stored = new GrantLedger(context.ledger, context.deadlineMs)
  }

  /**
   * Gives what was approved: in the ledger, then on disk, and only then anything may rely on it. Rejects as the ledger and
   * the journal do, and with ERR_PERMIT_VOID when the session ended or the policy changed meanwhile.
   */
  async give(approved: ApprovedGrant): Promise<Grant> {
    const { clock } = this.#context
    const { options, requester, session, signal } = approved
    // Before the ledger is asked for the time, so that it ends here no later than there.
    const expiry = new Expiry(clock, options.ttlMs)
    const nowMs = await this.#stored.nowMs()
    const id = approved.approval.requestId
    const entry = { id, digest: approved.approval.digest, session, uses: options.uses, untilMs: nowMs + options.ttlMs }
    const grant: LiveGrant = {
      entry,
      options,
      requester,
      identity: approved.identity,
      rules: new Set(approved.rules),
      policy: approved.policy,
      approval: approved.approval,
      expiry,
      latestMs: nowMs,
      used: 0,
      end: undefined,
      noted: Promise.resolve(),
    }
    if (!(await this.#stored.enter(entry))) throw grantOver()
    await this.#record(givenEvent(approved, entry.untilMs))
    if (signal.aborted || !this.isOpen(grant)) {
      await this.#end(grant, 'void')
      throw grantOver()
    }
    return this.#open(grant, signal)
  }

  /** Throws ERR_LIMIT_EXCEEDED when a session has as many as it may. */
  assertRoom(session: string): void {
    if ((this.#live.get(session)?.size ?? 0) < mostPerSession) return
    throw new BothKeysError('ERR_LIMIT_EXCEEDED', `a session has ${String(mostPerSession)} grants at most`, {
      hint: 'give one back',
    })
  }

  /**
   * The grant that could let a held action through: of this very session, at this very place, under the policy in force, with
   * every rule that holds the action among those that people were asked under. What it does not cover must be plainly
   * allowed. Nothing is taken by this.
   */
  covering(session: string, held: HeldByRules): LiveGrant | undefined {
    return [...(this.#live.get(session) ?? [])].find((grant) => this.isOpen(grant) && covers(grant, held))
  }

  /**
   * Takes a use for a held action, of the first grant that has one for it. Undefined: none does, so people have to be asked. A
   * refusal: what happened before keeps the action from running, whoever approves it, and no use was taken. Rejects when the
   * directory or the ledger fails.
   */
  async useFor(
    session: string,
    held: HeldByRules,
    takeUse: TakeUse,
  ): Promise<GrantUse | { readonly refusal: Refusal } | undefined> {
    // Ends: one that gave none is over.
    for (let grant = this.covering(session, held); grant !== undefined; grant = this.covering(session, held)) {
      const use = await this.#take(grant, takeUse)
      if (use !== undefined) return use
    }
    return undefined
  }

  /**
   * The grant that would let a held action through now, as `useFor` looks for it. Takes, ends and records nothing. Rejects
   * when the directory or the ledger fails.
   */
  async wouldCover(session: string, held: HeldByRules): Promise<LiveGrant | undefined> {
    const live = [...(this.#live.get(session) ?? [])].filter((grant) => covers(grant, held))
    for (const grant of live) {
      if (this.#overNow(grant) !== undefined || !(await this.#context.stands(grant.approval))) continue
      if (await this.#stored.hasUse(grant.entry, grant)) return grant
    }
    return undefined
  }

  /** Takes one use, after looking again at the policy, at the people who approved, and at every clock. */
  async #take(grant: LiveGrant, takeUse: TakeUse): Promise<GrantUse | { readonly refusal: Refusal } | undefined> {
    if (!(await this.#context.stands(grant.approval))) return this.#refuse(grant, 'void')
    if (!this.isOpen(grant)) return undefined
    const { entry, latestMs, used } = grant
    const taking = useTaking(entry, { latestMs, used })
    const outcome = await takeUse(taking, grant.approval)
    if (outcome !== 'taken') return 'refusal' in outcome ? outcome : this.#refuse(grant, outcome.untaken)
    const { atMs, number } = taking.taken()
    // Others may have been told of later ones meanwhile.
    grant.latestMs = Math.max(grant.latestMs, atMs)
    grant.used = Math.max(grant.used, number)
    if (number === entry.uses) void this.#end(grant, 'used-up')
    const use = Object.freeze({ grant, number })
    return this.counts(use) ? use : undefined
  }

  /** Whether a grant has something left to give. What is noticed to be over ends. */
  isOpen(grant: LiveGrant): boolean {
    if (grant.end !== undefined) return false
    const over = this.#overNow(grant)
    if (over !== undefined) void this.#end(grant, over)
    return over === undefined
  }

  /** Whether a use that was taken still lets its action through: the last one does, although the grant is used up by it. */
  counts({ grant }: GrantUse): boolean {
    return (grant.end === undefined || grant.end === 'used-up') && this.#overNow(grant) === undefined
  }

  #overNow({ approval, expiry, options, policy, requester }: LiveGrant): GrantEnd | undefined {
    if (expiry.expired() || this.#context.clock.wallMs() >= requester.expiresAt.getTime()) return 'expired'
    if (this.#takenBack.has(approval.requestId)) return 'revoked'
    // The very same, so that one which came back after another does not bring it back.
    if (this.#context.policyNow() !== policy) return 'void'
    if (this.#context.isRevoked(approval)) return 'revoked'
    return this.#context.isTargetRevoked(options.target) ? 'revoked' : undefined
  }

  /**
   * Ends a grant for good: here at once, in another process on the ledger before its next use. Resolves to whether there was
   * one. Rejects when the ledger or the journal fails: then others may not learn of it.
   */
  async revoke(id: string, reason: string): Promise<boolean> {
    this.#takenBack.add(id)
    const own = this.#all().find(({ entry }) => entry.id === id)
    if (own !== undefined) this.#close(own, 'revoked')
    let failure: { readonly error: unknown } | undefined
    let found = own !== undefined
    try {
      found = (await this.#stored.revoke(id)) || found
    } catch (error) {
      failure = { error }
    }
    if (found) await this.#record(endEvent(id, 'revoked', reason))
    if (failure !== undefined) throw failure.error
    return found
  }

  /** What lets something through in this process, with how much is left, oldest first. */
  open(): readonly OpenGrant[] {
    return this.#all()
      .filter((grant) => this.isOpen(grant))
      .map(openGrant)
  }

  /** Ends every grant on a target that is revoked, or by somebody who is. */
  endRevoked(): void {
    for (const grant of this.#all()) this.isOpen(grant)
  }

  /** Ends every grant of this process. */
  async closeAll(): Promise<void> {
    await Promise.all(this.#all().map((grant) => this.#end(grant, 'session-ended')))
  }

  #all(): readonly LiveGrant[] {
    return [...this.#live.values()].flatMap((each) => [...each])
  }

  #open(grant: LiveGrant, signal: AbortSignal): Grant {
    const { id, session, uses } = grant.entry
    const grants = this.#live.get(session) ?? new Set()
    this.#live.set(session, grants.add(grant))
    signal.addEventListener('abort', () => void this.#end(grant, 'session-ended'), { once: true })
    this.#context.onGiven({ grant: id, session, target: grant.options.target })
    const isOpen = (): boolean => this.isOpen(grant)
    const giveBack = (): Promise<void> => {
      const noted = this.#end(grant, 'given-back')
      this.#takenBack.add(id)
      return noted
    }
    return Object.freeze({
      id,
      get open() {
        return isOpen()
      },
      get usesLeft() {
        return isOpen() ? uses - grant.used : 0
      },
      giveBack,
    })
  }

  async #refuse(grant: LiveGrant, end: GrantEnd): Promise<undefined> {
    await this.#end(grant, end)
    return undefined
  }

  /** Once. Never rejects. */
  #end(grant: LiveGrant, end: GrantEnd): Promise<void> {
    if (grant.end === undefined) {
      this.#close(grant, end)
      grant.noted = this.#note(grant, end)
    }
    return grant.noted
  }

  /** Nothing is let through from here on. */
  #close(grant: LiveGrant, end: GrantEnd): void {
    const { id, session } = grant.entry
    if (grant.end !== undefined) return
    grant.end = end
    const grants = this.#live.get(session)
    grants?.delete(grant)
    if (grants?.size === 0) this.#live.delete(session)
    this.#context.onEnded({ grant: id, session, end })
  }

  async #note({ entry }: LiveGrant, end: GrantEnd): Promise<void> {
    try {
      await this.#record(endEvent(entry.id, end))
    } catch (cause) {
      this.#context.onFailure(entry.session, cause)
    }
  }

  async #record(event: EventDraft): Promise<void> {
    const { deadlineMs, journal } = this.#context
    await within(deadlineMs, 'recording the grant', 'ERR_JOURNAL_UNAVAILABLE', () => journal.append(event, 'synced'))
  }
}
