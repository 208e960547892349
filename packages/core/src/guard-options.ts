import type { GuardedTarget } from './access.js'
import type { Approver } from './approvals/approver.js'
import type { TakeoverOptions } from './approvals/coordinator.js'
import type { GlassNotifier } from './glass/notify-glass.js'
import type { PolicyAuthority } from './identity/policy-token.js'
import type { Verifier } from './identity/verifier.js'
import type { People } from './known-people.js'
import type { Ledger } from './ledger/ledger.js'
import type { MaskKey } from './masking/operator.js'
import type { CustomMask } from './masking/operators/custom.js'
import type { Clock } from './model/clock.js'
import type { PolicySource } from './policy/source.js'
import type { JournalFactory } from './record/journal.js'
import type { Sink } from './sinks/sink.js'
import { assertSinks } from './sinks/sink-options.js'
import { assertKnownOptions, wrongOption } from './known-options.js'

/** What a guard is built from. */
export interface GuardOptions {
  /** Where the policy comes from: `fileSource('./bothkeys.yaml')` or `inlineSource(…)`. */
  readonly policy: PolicySource
  /** Who may open sessions: `jwtVerifier(…)`. */
  readonly identity: Verifier
  /**
   * Who is a person, which accounts are theirs, who is accountable for which agent: `fileDirectory('./people.yaml')`.
   * Required where the policy lets people decide, unless each account is to count as a person: `accountsAsPeople`. The
   * observers of `withoutDirectory` are told when there is none.
   */
  readonly directory?: People
  /** The systems behind doors. Each must stand in the policy, and the other way round. */
  readonly targets: readonly GuardedTarget[]
  /** Who is asked when the policy holds an action. Without any, held actions are refused. */
  readonly approvers?: readonly Approver[]
  /**
   * Tells people that glass is about to be broken; required where the policy has `breakGlass`. It opens once this resolves;
   * when it throws or takes longer than `deadlineMs`, it stays whole.
   */
  readonly notifyGlass?: GlassNotifier
  /** Where the record goes: `fileJournal('./audit')`. */
  readonly journal: JournalFactory
  /**
   * Where the events of the journal go besides: `httpSink`, `jsonlSink`, `stdoutSink`, `callbackSink`. Each gets all of them, at
   * least once, for as long as it takes; no action waits for one. Observers are told of one that does not take them.
   */
  readonly sinks?: readonly Sink[]
  /** The live state. Default: in memory, rebuilt from the journal. */
  readonly ledger?: Ledger
  /**
   * Lets what waits for people outlive its process: when the same agent sends the action again through another guard on the
   * ledger, that one takes the request over. Default: what waits ends with its process.
   */
  readonly takeover?: TakeoverOptions
  /** This guard's name in digests and in the record. Default: `bothkeys`. */
  readonly engine?: string
  /**
   * Whose signatures let the policy widen, without a restart: those of keys that are in no process of an agent. The first
   * policy has to be signed then as well, and no version comes into force again once a newer one was.
   */
  readonly authority?: PolicyAuthority
  /** Lets a reload widen the policy without a second key. Every start-up line and record says so. */
  readonly dev?: boolean
  /**
   * The key of what masks make alike of equal values: 32 bytes of HMAC-SHA256 that agents cannot reach. Default: a random one
   * of this process; a mask that is to be alike across runs is refused then, as it would change with the next start.
   */
  readonly maskKey?: MaskKey
  /** Ways to mask of your own, by the names that the policy gives them: `with: { custom: 'its name' }`. */
  readonly customMasks?: Readonly<Record<string, CustomMask>>
  /** Default: the system's clock. */
  readonly clock?: Clock
  /** How long the journal, the ledger, the policy source, the verifier or the directory may take. Default: 10,000. */
  readonly deadlineMs?: number
  /** How many characters one session may write to the journal before it is closed. Default: 256 Mi. */
  readonly journalBudget?: number
}

const optionNames: ReadonlySet<string> = new Set<keyof GuardOptions>([
  'approvers',
  'authority',
  'clock',
  'customMasks',
  'deadlineMs',
  'dev',
  'directory',
  'engine',
  'identity',
  'journal',
  'journalBudget',
  'ledger',
  'maskKey',
  'notifyGlass',
  'policy',
  'sinks',
  'takeover',
  'targets',
])

/** Refuses options that do not exist, and what is no sink. Throws ERR_CONFIG_INVALID. */
export function assertGuardOptions(options: GuardOptions): void {
  assertKnownOptions('createGuard', options, optionNames)
  if (options.sinks !== undefined) assertSinks(options.sinks)
}

/** The longest delay a timer takes. */
const maxTimerMs = 2 ** 31 - 1

/** The numbers that bound what a guard waits for and what it lets a session write. */
export interface GuardNumbers {
  readonly deadlineMs: number
  readonly journalBudget: number
}

/** Reads them, with their defaults. One that is none would bound nothing: throws ERR_CONFIG_INVALID. */
export function guardNumbers(options: Partial<GuardNumbers>): GuardNumbers {
  const { deadlineMs = 10_000, journalBudget = 256 * 1024 * 1024 } = options
  return {
    deadlineMs: whole('deadlineMs', deadlineMs, maxTimerMs),
    journalBudget: whole('journalBudget', journalBudget, Number.MAX_SAFE_INTEGER),
  }
}

function whole(name: string, value: unknown, most: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= most) return value
  throw wrongOption('createGuard', `${name} must be a whole number from 1 to ${String(most)}`)
}
