import { registerGuard } from './access.js'
import { actionProofs } from './action-proofs.js'
import { createApprovalCoordinator } from './approvals/coordinator.js'
import { closeInOrder } from './close-in-order.js'
import { DenialLog } from './denial-log.js'
import { DutyReservation } from './duty-reservation.js'
import type { Enforcement } from './enforcement.js'
import { BothKeysError } from './errors.js'
import type { GuardNumbers, GuardOptions } from './guard-options.js'
import { assertGuardOptions, guardNumbers } from './guard-options.js'
import { assertNotifier, guardGlass } from './guard-glass.js'
import type { Guard } from './guard-handle.js'
import { guardGrants } from './guard-grants.js'
import { guardPolicyChange } from './guard-policy-change.js'
import { guardRevocations } from './guard-revocations.js'
import { guardSinks } from './guard-sinks.js'
import { guardReviews } from './guard-reviews.js'
import { findIn, standingAsVerified, standingsIn } from './identity/standing.js'
import type { Credential } from './identity/verifier.js'
import { assertPeopleKnown, directoryOf, withoutPeople } from './known-people.js'
import type { Ledger } from './ledger/ledger.js'
import type { Clock } from './model/clock.js'
import { systemClock } from './model/clock.js'
import type { ObserverEvents } from './observers.js'
import { Observers } from './observers.js'
import { assertMaskOptions, assertMasks, ownMaskKey } from './mask-key.js'
import { openDirectory } from './open-directory.js'
import { PolicyHolder } from './policy-holder.js'
import { engineSession } from './record/event.js'
import type { Journal } from './record/journal.js'
import { headNotNoted, refusalFrom } from './refusal.js'
import { assertRolesApart } from './roles-apart.js'
import { restoredLedger } from './restored-ledger.js'
import type { RevocationOptions } from './revocation.js'
import { Revocations } from './revocations.js'
import type { Revocable } from './duties/revoked.js'
import { ResultMasking } from './result-masks.js'
import { TargetSwitches } from './target-switches.js'
import type { ActionShape } from './lint/who-could-approve.js'
import { simulateFor } from './simulate-for.js'
import type { Session } from './session.js'
import type { SessionOptions } from './session-options.js'
import { SessionKeeper } from './session-keeper.js'

export type { Guard, GuardApprovals } from './guard-handle.js'
export type { GuardOptions } from './guard-options.js'

/**
 * Builds a guard. Loads the policy, opens the journal (which verifies it), and starts watching the policy source.
 * Throws ERR_POLICY_INVALID, ERR_POLICY_UNSUPPORTED, ERR_POLICY_UNSIGNED, ERR_TARGET_UNKNOWN, ERR_JOURNAL_LOCKED,
 * ERR_JOURNAL_CORRUPT, ERR_JOURNAL_BEHIND, ERR_DIRECTORY_INVALID, ERR_CONFIG_INVALID, or ERR_DUTY_CONFLICT when the directory can list and brings
 * roles together that the policy keeps apart, or the duties `policy` and `approve` (ERR_DIRECTORY_UNAVAILABLE when it then cannot); nothing is left open then.
 */
export async function createGuard(options: GuardOptions): Promise<Guard> {
  assertGuardOptions(options)
  assertMaskOptions(options)
  const engine = options.engine ?? 'bothkeys'
  if (!/^[\x21-\x7e]{1,128}$/.test(engine)) {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'engine must be 1 to 128 printable ASCII characters without blanks')
  }
  const provenFor = options.identity.engine
  if (provenFor !== undefined && provenFor !== engine) {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'the proofs that the verifier asks for are for another engine', {
      hint: 'give createGuard({ engine }) the name that jwtVerifier({ dpop: { engine } }) has',
    })
  }
  const clock = options.clock ?? systemClock
  const { deadlineMs, journalBudget } = guardNumbers(options)
  const observers = new Observers()
  const directory = directoryOf(options.directory)
  const holder = await PolicyHolder.load({
    source: options.policy,
    targets: options.targets,
    dev: options.dev ?? false,
    authority: options.authority,
    engine,
    clock,
    deadlineMs,
    admits: (policy) => assertRolesApart(policy, directory, { deadlineMs, nowMs: clock.wallMs() }),
    assertSupported: (policy) => {
      assertMasks(policy, options)
    },
    observe: (name, event) => {
      observers.emit(name, event)
    },
  })
  const journal = await options.journal.open({
    recorder: engine,
    clock,
    onFailure: (cause) => {
      observers.emit('failure', { session: engineSession, refusal: headNotNoted, cause })
    },
  })
  try {
    assertNotifier(options.notifyGlass, holder.current)
    assertPeopleKnown(options.directory, holder.current)
    await openDirectory(directory, { clock, deadlineMs, observers })
    await assertRolesApart(holder.current, directory, { deadlineMs, nowMs: clock.wallMs() })
    const ledger = options.ledger ?? (await restoredLedger(clock, journal, holder.current.dutyRules))
    return await assemble({ ...options, engine, clock, deadlineMs, journalBudget }, observers, holder, journal, ledger)
  } catch (error) {
    holder.stop()
    await closeInOrder([() => directory?.close?.(), () => journal.close()], closingMs).catch(() => undefined)
    throw error
  }
}

/** How long one part of a guard may take to close: doors hear the last answers of their servers. */
const closingMs = 15_000

type Settled = GuardOptions & GuardNumbers & { readonly engine: string; readonly clock: Clock }

async function assemble(
  options: Settled,
  observers: Observers,
  holder: PolicyHolder,
  journal: Journal,
  ledger: Ledger,
): Promise<Guard> {
  const { clock, engine, deadlineMs } = options
  const directory = directoryOf(options.directory)
  const standingNow = directory === undefined ? standingAsVerified : standingsIn(directory, deadlineMs)
  const deciding = options.directory === undefined ? withoutPeople : standingNow
  const observe: Enforcement['observe'] = (name, event) => {
    observers.emit(name, event)
  }
  const failed = (session: string) => (cause: unknown) => {
    observe('failure', { session, refusal: refusalFrom(cause), cause })
  }
  const revocations = new Revocations({
    ledger,
    shared: options.ledger !== undefined,
    journal,
    clock,
    deadlineMs,
    onRevoked: () => {
      sessions.endRevoked()
      switches.endRevoked()
      grants.endRevoked()
    },
    onFailure: failed(engineSession),
  })
  const switches = new TargetSwitches(revocations)
  const duties = new DutyReservation({ ledger, journal, deadlineMs, journalBehind: journal.behind !== undefined })
  const approvals = createApprovalCoordinator({
    engine,
    ledger,
    journal,
    isRevoked: (principal) => revocations.ofPrincipal(principal) !== undefined || sessions.hasEnded(principal),
    approvers: options.approvers ?? [],
    takeover: options.takeover,
    clock,
    policyNow: () => holder.current,
    standingNow: deciding,
    mayVote: (hold, vote) => duties.mayVote(holder.current.dutyRules, hold, vote),
    deadlineMs,
    onHeld: (event) => {
      observe('held', event)
    },
    onFailure: (session, cause) => {
      failed(session)(cause)
    },
  })
  const denials = new DenialLog(journal, failed(engineSession))
  const reviewing = {
    engine,
    ledger,
    journal,
    clock,
    policyNow: () => holder.current,
    standingNow: deciding,
    find: directory === undefined ? undefined : findIn(directory, deadlineMs),
    deadlineMs,
  }
  const { glass, reviews: glassReviews } = guardGlass(reviewing, { options, observe, revocations })
  const ports = {
    engine,
    policyNow: () => holder.current,
    journal,
    approvals,
    clock,
    prove: actionProofs({
      engine,
      clock,
      deadlineMs,
      onFailure: (session, refusal, cause) => {
        observe('failure', { session, refusal, cause })
      },
    }),
    masking: new ResultMasking({ key: options.maskKey ?? ownMaskKey(), custom: options.customMasks ?? {}, clock }),
    observe,
    deadlineMs,
  }
  const { grants, request: requestGrant, seen, watched } = guardGrants(ports, { ledger, revocations })
  const enforcement: Enforcement = {
    ...ports,
    denials,
    duties,
    glass,
    grants,
    seen,
    revocationsFresh: () => revocations.fresh(),
  }
  const sinks = guardSinks(options.sinks ?? [], { clock, journal, observers })
  await holder.startRecording(journal, ledger, options.ledger === undefined)
  const guardKey = {}
  const sessions = new SessionKeeper({
    guardKey,
    journal,
    clock,
    observe,
    denials,
    revocations,
    standingNow,
    glass,
    requestGrant,
    admitRoles: (principal, livesMs) => duties.admitRoles(holder.current.dutyRules, principal, livesMs),
    deadlineMs,
    journalBudget: options.journalBudget,
  })
  registerGuard(guardKey, {
    enforcement,
    targets: new Set(options.targets),
    requesterOf: (session) => sessions.requesterOf(session),
    signalOf: (session, target) => switches.signal(session, target),
  })
  await revocations.start()
  const { behind } = journal
  // Whoever created the guard can listen by then.
  if (behind !== undefined) setImmediate(observe, 'journalBehind', behind)
  sinks.start()
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    holder.stop()
    revocations.stop()
    // The journal comes last: it records what the others end.
    const steps = [
      () => sessions.closeAll(),
      () => glass.closeAll(),
      () => grants.closeAll(),
      () => approvals.close(),
      () => Promise.all(options.targets.map((target) => target.close())),
      () => directory?.close?.(),
      () => ledger.close(),
      () => sinks.close(),
      () => journal.close(),
    ]
    return closeInOrder(steps, Math.max(closingMs, deadlineMs))
  }
  return Object.freeze({
    openSession: (credential: Credential, sessionOptions?: SessionOptions) =>
      sessions.open(options.identity, credential, sessionOptions),
    reload: () => holder.reload(),
    simulate: async (session: Session, action: ActionShape) =>
      simulateFor(sessions.requesterOf(session), action, {
        policy: holder.current,
        directory,
        deadlineMs,
        duties,
        grants,
        seen,
        revocationsFresh: () => revocations.fresh(),
      }),
    revoke: (what: Revocable, revocation: RevocationOptions) => revocations.add(what, revocation),
    get policyDigest() {
      return holder.current.digest
    },
    journalBehind: behind,
    approvals: Object.freeze({
      pending: () => approvals.pending(),
      submit: (requestId: string, evidence: string) => approvals.submit(requestId, evidence),
    }),
    glass: glassReviews,
    policyChange: guardPolicyChange(reviewing, { options, holder, revocations, directory }),
    revocations: guardRevocations(reviewing, { options, observe, revocations }),
    reviews: guardReviews(reviewing, { options, observe, revocations, duties }),
    grants: watched,
    on: <Name extends keyof ObserverEvents>(name: Name, listener: (event: ObserverEvents[Name]) => void) =>
      observers.on(name, listener),
    close: () => {
      closing ??= close()
      return closing
    },
  })
}
