import { Expiry } from '../approvals/expiry.js'
import { BothKeysError } from '../errors.js'
import type { Standing, StandingNow } from '../identity/standing.js'
import type { Ledger } from '../ledger/ledger.js'
import { within } from '../ledger/within.js'
import type { Action } from '../model/action.js'
import type { CanonicalInput } from '../model/canonical-json.js'
import type { Clock } from '../model/clock.js'
import type { DecisionInput } from '../model/decision.js'
import type { GlassRule } from '../model/glass-rule.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import type { Principal } from '../model/principal.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import type { EventDraft } from '../record/event.js'
import { engineSession } from '../record/event.js'
import type { Journal } from '../record/journal.js'
import { assertLive } from '../still-live.js'
import type { BreakGlassOptions } from './break-glass-options.js'
import { checkedOptions } from './break-glass-options.js'
import type { BrokenGlass } from './broken-glass.js'
import { brokenGlass } from './broken-glass.js'
import type { GlassBreaker } from './glass-breaker.js'
import { allowsGlass, assertReviewable, assertReviewed, ruleFor } from './glass-breaker.js'
import type { GlassFacts, UnreviewedGlass } from './glass-facts.js'
import { glassRecord } from './glass-facts.js'
import { GlassLedger } from './glass-ledger.js'
import { glassBehind, policyChanged, unnotified } from './glass-refusals.js'
import { liftsHolds } from './lifts-holds.js'
import { newGlass } from './new-glass.js'
import type { GlassNotifier } from './notify-glass.js'
import { tellPeople } from './notify-glass.js'
import type { GlassEnd, LiveGlass, OpenGlass } from './open-glass.js'

/** What breaking glass needs of the guard. */
export interface GlassContext {
  readonly engine: string
  readonly ledger: Ledger
  readonly journal: Journal
  readonly clock: Clock
  readonly policyNow: () => CompiledPolicy
  /** Where a principal stands in the directory now. Throwing keeps the glass whole. */
  readonly standingNow: StandingNow
  /** Throws when the target is revoked. */
  readonly assertTarget: (name: string) => void
  readonly revocationsFresh: () => MaybePromise<void>
  readonly notify: GlassNotifier | undefined
  readonly deadlineMs: number
  readonly onBroken: (glass: BrokenGlass) => void
  readonly onEnded: (event: { readonly glass: string; readonly session: string; readonly end: GlassEnd }) => void
  readonly onRefused: (session: string, error: unknown) => void
  /** Told of failures that changed nothing or led to a refusal. */
  readonly onFailure: (session: string, cause: unknown) => void
}

/** A glass, and what its rule is in the policy that an action is decided under. */
export interface GlassByRule {
  readonly glass: LiveGlass
  readonly rule: GlassRule
}

/** About how many characters a glass takes in the journal, besides who broke it and why. */
const glassCharacters = 2_000

/**
 * Breaks glass and knows what is broken here: for one session, on one target, for a time. In this order, each step only
 * after the one before: the rules of the policy, the ledger, the record on disk, the people who are told. Then holds are
 * lifted. Whatever throws, hangs or changes on the way, nothing is.
 */
export class GlassKeeper {
  readonly #context: GlassContext
  readonly #stored: GlassLedger
  /** By session: nobody has two that nobody reviewed. */
  readonly #live = new Map<string, LiveGlass>()

  constructor(context: GlassContext) {
    this.#context = context
    this.#stored = new GlassLedger(context.ledger, context.deadlineMs)
  }

  /**
   * Breaks glass. Rejects with ERR_CONFIG_INVALID, ERR_GLASS_REFUSED, ERR_GLASS_UNREVIEWED, ERR_GLASS_UNNOTIFIED,
   * ERR_JOURNAL_BEHIND, with what the directory, the ledger or the journal rejects with, and with why the session ended.
   * Every refusal of a live session is on record.
   */
  async break(who: GlassBreaker, given: BreakGlassOptions): Promise<OpenGlass> {
    const options = checkedOptions(given)
    // Not on record, so that a session that is over fills no journal.
    assertLive(who)
    try {
      return await this.#break(who, options)
    } catch (error) {
      await this.#recordRefusal(who, options, error)
      throw error
    }
  }

  /**
   * The glass that lifts the holds of an action if it stands: of the session, on the action's target, by a rule that is in
   * force. What remains without the duties of the rule must be plainly allowed. Pure.
   */
  lifting(
    sessionId: string,
    policy: CompiledPolicy,
    { description, target }: Action,
    input: DecisionInput,
  ): GlassByRule | undefined {
    const glass = this.#live.get(sessionId)
    if (glass === undefined || glass.target !== target.name) return undefined
    const rule = policy.glassRules?.get(glass.rule)
    if (rule === undefined) return undefined
    return liftsHolds(rule, policy, { description, input }) ? { glass, rule } : undefined
  }

  /**
   * Whether a glass is open and the directory still says of whoever broke it that they may: the account is let in and has the
   * role of the rule. Rejects when the directory fails.
   */
  async stands(
    { principal, roles }: Pick<GlassBreaker, 'principal' | 'roles'>,
    { glass, rule }: GlassByRule,
  ): Promise<boolean> {
    const found = await this.#standing(principal)
    const now = { kind: principal.kind, roles: roles().filter((role) => found?.roles.includes(role)) }
    return allowsGlass(rule, glass.target, now) && this.isOpen(glass)
  }

  /** Undefined when the directory does not let them in. */
  async #standing(principal: Principal): Promise<Standing | undefined> {
    try {
      return await this.#context.standingNow(principal, true)
    } catch (error) {
      if (error instanceof BothKeysError && error.code === 'ERR_DIRECTORY_REFUSED') return undefined
      throw error
    }
  }

  /** Whether a glass still lifts holds. */
  isOpen(glass: LiveGlass): boolean {
    return !glass.over && !glass.expiry.expired()
  }

  /** Whether the glass of this id lifts holds here. */
  isLive(id: string): boolean {
    return [...this.#live.values()].some((glass) => glass.id === id && this.isOpen(glass))
  }

  /** Ends every glass of this process. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.#live.values()].map((glass) => this.#end(glass, 'session-ended')))
  }

  async #break(who: GlassBreaker, options: BreakGlassOptions): Promise<OpenGlass> {
    const { clock, deadlineMs, engine, journal, policyNow, revocationsFresh, standingNow } = this.#context
    await revocationsFresh()
    this.#assertMay(who, options.target)
    const { principal, roles } = await standingNow(who.principal, true)
    const live = who.roles().filter((role) => roles.includes(role))
    const rule = ruleFor(policyNow(), options, { kind: principal.kind, roles: live })
    assertReviewable(rule, principal)
    if (journal.behind !== undefined) throw glassBehind(rule.id)
    const { notify } = this.#context
    if (notify === undefined) throw unnotified(undefined)
    // Before the ledger is asked for the time, so that it ends here before it may be reviewed there.
    const forMs = options.forMs ?? rule.forMs
    const expiry = new Expiry(clock, forMs)
    const nowMs = await this.#stored.nowMs()
    const glass = newGlass(
      { breaker: principal, forMs, options, policy: policyNow().digest, rule, session: who.sessionId },
      nowMs,
    )
    await this.#stored.add(glass, (others) => {
      assertReviewed(rule, principal, others, nowMs)
    })
    try {
      who.spend(glassCharacters + 2 * JSON.stringify(glass.facts).length)
      await this.#record({ type: 'glass.broken', session: who.sessionId, body: glassRecord(glass.facts) })
      await tellPeople(notify, brokenGlass(engine, glass), deadlineMs)
      this.#assertMay(who, options.target)
      if (policyNow().glassRules?.get(rule.id) === undefined) throw policyChanged(rule.id)
    } catch (error) {
      await this.#takeBack(glass.facts)
      throw error
    }
    return this.#open(who, glass, expiry)
  }

  #assertMay(who: GlassBreaker, target: string): void {
    assertLive(who)
    this.#context.assertTarget(target)
  }

  /** It never lifted anything, so nothing has to be reviewed. What cannot be noted stays to be reviewed all the same. */
  async #takeBack({ id, session }: GlassFacts): Promise<void> {
    try {
      await this.#record(endEvent(id, 'not-opened'))
      await this.#stored.remove(id)
    } catch (cause) {
      this.#context.onFailure(session, cause)
    }
  }

  #open(who: GlassBreaker, glass: UnreviewedGlass, expiry: Expiry): OpenGlass {
    const { id, rule, session, target } = glass.facts
    const live: LiveGlass = {
      id,
      rule,
      session,
      target,
      expiry,
      timer: undefined,
      over: false,
      ended: Promise.resolve(),
    }
    this.#live.set(session, live)
    this.#expireAt(live)
    who.signal.addEventListener('abort', () => void this.#end(live, 'session-ended'), { once: true })
    this.#context.onBroken(brokenGlass(this.#context.engine, glass))
    const isOpen = (): boolean => this.isOpen(live)
    const close = (): Promise<void> => this.#end(live, 'closed')
    return Object.freeze({
      id,
      get open() {
        return isOpen()
      },
      close,
    })
  }

  #expireAt(live: LiveGlass): void {
    const leftMs = live.expiry.remainingMs()
    if (leftMs === 0) {
      void this.#end(live, 'expired')
      return
    }
    live.timer = setTimeout(() => {
      this.#expireAt(live)
    }, leftMs)
    live.timer.unref()
  }

  #end(live: LiveGlass, end: GlassEnd): Promise<void> {
    if (live.over) return live.ended
    live.over = true
    live.ended = this.#finish(live, end)
    return live.ended
  }

  /** Nothing is lifted from the first line on; then that is recorded, and only then may it be reviewed. */
  async #finish(live: LiveGlass, end: GlassEnd): Promise<void> {
    const { onEnded, onFailure } = this.#context
    const { id, session, timer } = live
    clearTimeout(timer)
    if (this.#live.get(session) === live) this.#live.delete(session)
    onEnded({ glass: id, session, end })
    try {
      await this.#record(endEvent(id, end))
      await this.#stored.end(id)
    } catch (cause) {
      onFailure(session, cause)
    }
  }

  async #recordRefusal(who: GlassBreaker, { rule, target }: BreakGlassOptions, error: unknown): Promise<void> {
    const { deadlineMs, journal, onFailure, onRefused } = this.#context
    onRefused(who.sessionId, error)
    const body: { readonly [key: string]: CanonicalInput | undefined } = {
      actor: who.principalRecord,
      code: error instanceof BothKeysError ? error.code : 'ERR_INTERNAL',
      rule,
      target,
    }
    try {
      who.spend(glassCharacters + who.principalRecord.text.length)
      const event = { type: 'glass.refused', session: engineSession, body } as const
      await within(deadlineMs, 'recording the refusal', 'ERR_JOURNAL_UNAVAILABLE', () =>
        journal.append(event, 'written'),
      )
    } catch (cause) {
      onFailure(who.sessionId, cause)
    }
  }

  async #record(event: EventDraft): Promise<void> {
    const { deadlineMs, journal } = this.#context
    await within(deadlineMs, 'recording the glass', 'ERR_JOURNAL_UNAVAILABLE', () => journal.append(event, 'synced'))
  }
}

/** Of the engine's chain: the session may have ended before. */
function endEvent(glass: string, end: GlassEnd): EventDraft {
  return { type: 'glass.ended', session: engineSession, body: { glass, end } }
}
