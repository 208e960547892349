import type { Admission, AdmissionRequest } from './admission.js'
import { withDeadline } from './deadline.js'
import { decisionInput } from './decided-action.js'
import type { Enforcement } from './enforcement.js'
import { admit } from './enforce.js'
import { BothKeysError } from './errors.js'
import type { Action, Description, Target, TargetIdentity } from './model/action.js'
import type { Decision } from './model/decision.js'
import type { Duty } from './model/effect.js'
import type { MaskObligation } from './model/mask-obligation.js'
import type { MaybePromise } from './model/maybe-promise.js'
import { isPromise } from './model/maybe-promise.js'
import type { Principal } from './model/principal.js'
import type { SnapshotValue } from './model/snapshot.js'
import type { NamedColumn } from './policy/masks.js'
import { namedColumns } from './policy/masks.js'
import type { EventDraft } from './record/event.js'
import type { Refusal } from './refusal.js'
import { denialOf } from './refusal.js'
import type { Requester } from './requester.js'
import type { Session } from './session.js'
import { internalsOf } from './session.js'

/** A system behind a door, as `createGuard({ targets })` takes it. Adapters implement it. */
export interface GuardedTarget {
  /** What policies call it. */
  readonly name: string
  /** The kind of adapter: `postgres`, `kubernetes`, `tool`. */
  readonly kind: string
  /** The server backstops that a policy may switch on for a target of this kind. */
  readonly knownBackstops?: readonly string[]
  /** Ends every connection of the target. */
  close(): Promise<void>
}

/** One action of an adapter that asks to be let through. */
export interface AdapterRequest {
  /** Where the connection really ends. */
  readonly identity: TargetIdentity
  /** What the adapter understood of it. */
  readonly description: Description
  /** The values that go with it, exactly as they are sent. */
  readonly parameters: readonly SnapshotValue[]
  /** Names the state in which the text means what was described: settings, catalog. */
  readonly stateEpoch: string
  /** Settings of that state which approvers have to know. */
  readonly settings?: Action['settings']
  /** Whether a transaction of the client is open: people are not asked then unless the policy says so. */
  readonly inTransaction: boolean
  /** Aborted when the caller gives up. */
  readonly signal: AbortSignal
  /** Aborted when the caller waits for people no more. */
  readonly asking?: AdmissionRequest['asking']
  /** Has the target settle what the action means, beside the durable write of its intent. */
  readonly prepare?: AdmissionRequest['prepare']
  /** Whether the target is still as described, right before the action runs. */
  readonly recheck?: AdmissionRequest['recheck']
  /** Whether the door can count and undo changed rows. Default: no. */
  readonly countsAffected?: AdmissionRequest['countsAffected']
  /** Whether the door asks before it hands rows and bytes out. Default: no. */
  readonly measuresAnswers?: AdmissionRequest['measuresAnswers']
  /** Has the target say what it expects of the action, for approvers alone. */
  readonly estimate?: AdmissionRequest['estimate']
  /** Called once people are asked. */
  readonly onHeld?: AdmissionRequest['onHeld']
}

/** What of a description the policy looks at. */
export type JudgedDescription = Pick<Description, 'operation' | 'text' | 'argv' | 'effects' | 'lineage'>

/** What the policy says of something. `masks`: what would become of its result. */
export type Verdict = Pick<Decision, 'effect' | 'rules'> & { readonly masks?: MaskObligation }

/** What a session lets a door do: ask, and nothing else. */
export interface SessionAccess {
  /** The whole id, as it stands in the record. */
  readonly sessionId: string
  /** The first 8 characters of the session id, for names that a server shows. */
  readonly shortId: string
  /** Whom the session is of. */
  readonly principal: Principal
  /** Aborted when the session ends or the target is revoked; the reason is a BothKeysError. */
  readonly signal: AbortSignal
  /** Takes an action to a permit or a refusal, at once when nothing has to be waited for. Never throws or rejects. */
  admit(request: AdapterRequest): MaybePromise<Admission>
  /** The refusal that the policy has for this description whatever its parameters, without recording anything. */
  preview(description: Description): Refusal | undefined
  /** What the policy says of something that nobody has asked to run, and by which rules, without recording anything. */
  verdict(description: JudgedDescription): Verdict
  /** Records a refusal that the door made by itself, for example of a text it could not understand. */
  refused(
    request: Pick<AdapterRequest, 'identity' | 'description' | 'parameters' | 'stateEpoch'>,
    refusal: Refusal,
  ): void
  /** The duties that some rule gives this session on the target. */
  duties(): ReadonlySet<Duty>
  /** The backstops that the policy switches on for the target. */
  backstops(): readonly string[]
  /**
   * What of the target the policy masks by name, for anybody. Where a table of these does not exist, its rows may stand
   * anywhere else: a door lets nothing be read then. The same list as long as the policy stays.
   */
  maskedColumns(): readonly NamedColumn[]
  /** Whether a policy masks anything of the target, for anybody. */
  masks(): boolean
  /** Records what the door did on its own account. Never throws. */
  internal(body: EventDraft['body']): void
  /**
   * Records what the door is about to do on its own account, where something is decided by what comes of it: it is done once this
   * resolves. Rejects with ERR_JOURNAL_UNAVAILABLE, with ERR_DEADLINE, and with the reason of the session's
   * signal; then it must not be done. Observers hear of the first.
   */
  beginInternal(body: EventDraft['body']): MaybePromise<void>
}

/** What the guard keeps for the access of its sessions. */
export interface GuardState {
  readonly enforcement: Enforcement
  readonly targets: ReadonlySet<GuardedTarget>
  /** Aborted when the session ends or the target is revoked, with a BothKeysError for its reason. */
  readonly signalOf: (session: AbortSignal, target: string) => AbortSignal
  requesterOf(session: Session): Requester
}

const guards = new WeakMap<object, GuardState>()

/** Makes a guard known to `sessionAccess`. Called by the guard alone. */
export function registerGuard(guard: object, state: GuardState): void {
  guards.set(guard, state)
}

/**
 * What a session may ask of one target. Throws ERR_SESSION_CLOSED when the session ended, ERR_TARGET_UNKNOWN when the
 * target does not belong to the session's guard.
 */
export function sessionAccess(session: Session, target: GuardedTarget): SessionAccess {
  const inner = internalsOf(session)
  const state = guards.get(inner.guard)
  if (state === undefined || !state.targets.has(target)) {
    throw new BothKeysError(
      'ERR_TARGET_UNKNOWN',
      `target ${target.name} does not belong to the guard of this session`,
      {
        hint: 'list the target in createGuard({ targets })',
      },
    )
  }
  if (inner.signal.aborted) {
    state.enforcement.denials.ended(state.requesterOf(session), target)
    throw new BothKeysError('ERR_SESSION_CLOSED', 'the session is closed', {
      hint: 'open a new one',
      cause: inner.signal.reason,
    })
  }
  const signal = state.signalOf(inner.signal, target.name)
  signal.throwIfAborted()
  return new Access(state, session, target, signal)
}

class Access implements SessionAccess {
  readonly #state: GuardState
  readonly #requester: Requester
  readonly #target: GuardedTarget
  readonly sessionId: string
  readonly shortId: string
  readonly principal: Principal
  readonly signal: AbortSignal

  constructor(state: GuardState, session: Session, target: GuardedTarget, signal: AbortSignal) {
    this.#state = state
    // Whoever asks of a target that is revoked is over, as one whose session ended.
    this.#requester = { ...state.requesterOf(session), signal }
    this.#target = target
    this.sessionId = session.id
    this.shortId = session.id.slice(0, 8)
    this.principal = session.principal
    this.signal = signal
  }

  admit(request: AdapterRequest): MaybePromise<Admission> {
    return admit(this.#state.enforcement, this.#requester, {
      action: this.#action(request),
      inTransaction: request.inTransaction,
      trace: this.#requester.trace(),
      signal: request.signal,
      asking: request.asking,
      prepare: request.prepare,
      recheck: request.recheck,
      countsAffected: request.countsAffected,
      measuresAnswers: request.measuresAnswers,
      estimate: request.estimate,
      onHeld: request.onHeld,
    })
  }

  preview(description: Description): Refusal | undefined {
    const decision = this.#decide(description)
    return decision.effect === 'deny' ? denialOf(decision.rules, decision.reasons) : undefined
  }

  verdict(description: JudgedDescription): Verdict {
    const decision = this.#decide(description)
    const { effect, rules } = decision
    const masks = decision.effect === 'deny' ? undefined : decision.obligations.masks
    return { effect, rules, ...(masks !== undefined && { masks }) }
  }

  refused(
    request: Pick<AdapterRequest, 'identity' | 'description' | 'parameters' | 'stateEpoch'>,
    refusal: Refusal,
  ): void {
    const { enforcement } = this.#state
    enforcement.denials.record(
      this.#requester,
      this.#action(request),
      enforcement.policyNow().digest,
      refusal,
      this.#requester.trace(),
    )
    enforcement.observe('denied', { session: this.sessionId, refusal })
  }

  duties(): ReadonlySet<Duty> {
    const { principal } = this.#requester
    const policy = this.#state.enforcement.policyNow()
    return policy.dutiesOf(this.#requester.roles(), this.#policyTarget(), principal.level, principal.restrictingRoles)
  }

  backstops(): readonly string[] {
    return this.#state.enforcement.policyNow().targets.get(this.#target.name)?.backstops ?? []
  }

  maskedColumns(): readonly NamedColumn[] {
    return namedColumns(this.#state.enforcement.policyNow(), this.#target.name)
  }

  masks(): boolean {
    const { masks } = this.#state.enforcement.policyNow()
    return [...(masks?.values() ?? [])].some(({ targets }) => targets.has(this.#target.name))
  }

  internal(body: EventDraft['body']): void {
    void this.#recordInternal(body)
  }

  beginInternal(body: EventDraft['body']): MaybePromise<void> {
    const recorded = this.#recordInternal(body)
    if (!isPromise(recorded)) return
    const { deadlineMs } = this.#state.enforcement
    return withDeadline(recorded, 'recording what the door does', deadlineMs, this.signal).then((failure) => {
      if (failure !== undefined) throw failure
    })
  }

  /** Resolves to why it is not on record, which observers are told. */
  #recordInternal(body: EventDraft['body']): MaybePromise<BothKeysError | undefined> {
    const { journal, observe } = this.#state.enforcement
    const failed = (cause: unknown): BothKeysError => {
      observe('failure', { session: this.sessionId, refusal: journalFailed, cause })
      return new BothKeysError(journalFailed.code, journalFailed.message, { hint: journalFailed.hint, cause })
    }
    try {
      const recorded = journal.append({ type: 'target.internal', session: this.sessionId, body }, 'written')
      return isPromise(recorded) ? recorded.then(() => undefined, failed) : undefined
    } catch (error) {
      return Promise.resolve(failed(error))
    }
  }

  #decide(description: JudgedDescription): Decision {
    return this.#state.enforcement
      .policyNow()
      .decide(decisionInput(this.#requester, { target: this.#policyTarget(), description }))
  }

  #action(
    request: Pick<AdapterRequest, 'identity' | 'description' | 'parameters' | 'settings' | 'stateEpoch'>,
  ): Action {
    return {
      target: this.#policyTarget(),
      identity: request.identity,
      description: request.description,
      parameters: request.parameters,
      stateEpoch: request.stateEpoch,
      settings: request.settings,
    }
  }

  /** The target as the policy in force labels it. A target that left the policy has no labels and no rules. */
  #policyTarget(): Target {
    const { name, kind } = this.#target
    const known = this.#state.enforcement.policyNow().targets.get(name)
    return known === undefined || known.kind !== kind ? { name, kind, labels: {} } : known
  }
}

const journalFailed: Refusal = {
  code: 'ERR_JOURNAL_UNAVAILABLE',
  message: 'an internal statement of a door could not be recorded',
  rules: [],
  hint: 'look at the journal directory',
}
