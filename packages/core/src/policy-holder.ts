import { withDeadline } from './deadline.js'
import type { Enforcement } from './enforcement.js'
import { BothKeysError } from './errors.js'
import type { CompiledPolicy } from './policy/compiled.js'
import { admitVersion, noteNarrowing, unsigned, versionsMissing } from './policy-version.js'
import type { Ledger } from './ledger/ledger.js'
import type { CanonicalInput } from './model/canonical-json.js'
import { randomHex } from './model/digest.js'
import { comparePolicies } from './policy/widening.js'
import type { PolicyReading, ReadPolicy, VersionOf } from './read-policy.js'
import { readPolicy, versionsOf } from './read-policy.js'
import { refusalFrom } from './refusal.js'
import { RejectedPolicies } from './rejected-policies.js'
import { engineSession } from './record/event.js'
import type { Journal } from './record/journal.js'

export interface PolicyHolderOptions extends PolicyReading {
  /** Whether a reload fits what the directory says. Rejects with why not. */
  readonly admits: (policy: CompiledPolicy) => Promise<void>
  readonly observe: Enforcement['observe']
}

type Change = 'start' | 'same' | 'narrowing' | 'widening'

/** A policy that was loaded and widens, until people let it into force or the source says something else. */
export interface WaitingPolicy {
  /** Of this process and this waiting alone, so that what was signed about it is of no use a second time. */
  readonly id: string
  /** The one in force. */
  readonly from: CompiledPolicy
  readonly to: CompiledPolicy
}

/**
 * Holds the policy in force and swaps it atomically. A document that does not load changes nothing; one that widens is
 * applied only when its authority signed it with a higher version than every one before, with `dev`, or, where there is no
 * authority, once people decided so (RULES 9); every policy is on record, with its bytes, before it decides anything.
 */
export class PolicyHolder {
  readonly #options: PolicyHolderOptions
  readonly #stopping = new AbortController()
  #current: CompiledPolicy
  #journal: Journal | undefined
  #ledger: Ledger | undefined
  /** Whether the policy in force is narrower than the one that is noted, and the ledger did not take note of it. */
  #unnoted = false
  readonly #versionOf: VersionOf
  /** The version of the first policy, where an authority signs them. */
  readonly #firstVersion: number | undefined
  /** Loads one after the other, so that an older document never replaces a newer one. */
  #last: Promise<void> = Promise.resolve()
  #retry: NodeJS.Timeout | undefined
  #waiting: WaitingPolicy | undefined
  readonly #rejected = new RejectedPolicies()

  private constructor(options: PolicyHolderOptions, first: ReadPolicy, versionOf: VersionOf, version?: number) {
    this.#options = options
    this.#current = first.policy
    this.#versionOf = versionOf
    this.#firstVersion = version
  }

  /** Loads the first policy. Throws when it is broken, or not signed by the authority that there is. */
  static async load(options: PolicyHolderOptions): Promise<PolicyHolder> {
    const versionOf = versionsOf(options)
    const first = await readPolicy(options, new AbortController().signal)
    if (options.authority === undefined) return new PolicyHolder(options, first, versionOf)
    return new PolicyHolder(options, first, versionOf, await versionOf(first))
  }

  get current(): CompiledPolicy {
    return this.#current
  }

  /** What people may let into force. */
  get waiting(): WaitingPolicy | undefined {
    return this.#waiting
  }

  /**
   * Brings what waits into force, with who decided so in the record. `changed`: it waits no more. `counts` is asked last:
   * whether whoever decided is not revoked. Rejects, and changes nothing, as the directory, `counts` and the journal do.
   */
  adopt(
    waiting: WaitingPolicy,
    approval: CanonicalInput,
    counts: () => Promise<boolean>,
  ): Promise<'applied' | 'changed' | 'revoked'> {
    const adopted = this.#last.then(async () => {
      if (this.#waiting !== waiting) return 'changed'
      await this.#fits(waiting.to, 'widening')
      if (!(await counts())) return 'revoked'
      await this.#apply(waiting.to, 'widening', { approval })
      return 'applied'
    })
    this.#last = adopted.then(
      () => undefined,
      () => undefined,
    )
    return adopted
  }

  /**
   * Records the policy that is in force and starts watching for changes. `rebuilt`: what the ledger holds comes from the journal.
   * Throws ERR_POLICY_UNSIGNED when a newer one was in force, ERR_JOURNAL_BEHIND when that cannot be told.
   */
  async startRecording(journal: Journal, ledger: Ledger, rebuilt: boolean): Promise<void> {
    this.#journal = journal
    this.#ledger = ledger
    if (this.#firstVersion !== undefined && rebuilt && journal.behind !== undefined) throw versionsMissing()
    if (this.#firstVersion !== undefined) await this.#admit(this.#current, this.#firstVersion)
    await this.#record(this.#current, 'start', { version: this.#firstVersion })
    this.#options.observe('policyLoaded', { digest: this.#current.digest, change: 'start' })
    this.#options.source.watch?.(() => {
      void this.#reloadUntilItIsRead(firstRetryMs)
    }, this.#stopping.signal)
  }

  /** Loads the policy now and applies it if it may be applied. */
  reload(): Promise<void> {
    const next = this.#last.then(() => this.#load())
    this.#last = next.catch(() => undefined)
    return next
  }

  stop(): void {
    this.#stopping.abort()
    clearTimeout(this.#retry)
  }

  /**
   * What went wrong is on record and observed, and the old policy stays. Where it is not the policy's fault, the policy is tried
   * again: nobody will change it because a directory was down. Never rejects.
   */
  async #reloadUntilItIsRead(afterMs: number): Promise<void> {
    clearTimeout(this.#retry)
    try {
      await this.reload()
    } catch (error) {
      if (this.#stopping.signal.aborted || isOfPolicy(error)) return
      clearTimeout(this.#retry)
      this.#retry = setTimeout(() => {
        void this.#reloadUntilItIsRead(Math.min(2 * afterMs, maxRetryMs))
      }, afterMs)
      this.#retry.unref()
    }
  }

  async #load(): Promise<void> {
    let next: CompiledPolicy | undefined
    try {
      const read = await readPolicy(this.#options, this.#stopping.signal)
      next = read.policy
      if (this.#waiting?.to.digest !== next.digest) this.#waiting = undefined
      const { change, widens } = comparePolicies(this.#current, next)
      if (change === 'same') {
        this.#rejected.forget()
        return
      }
      await this.#fits(next, change)
      const version = change === 'widening' && !this.#options.dev ? await this.#widening(read, widens) : undefined
      await this.#apply(next, change, { version })
    } catch (error) {
      this.#options.observe('policyRejected', {
        error: error instanceof Error ? error : new Error('the policy could not be loaded'),
      })
      await this.#rejected.record(this.#journal, this.#current.digest, { error, digest: next?.digest })
      throw error
    }
  }

  /** On record first. What waited was compared with another policy. */
  async #apply(next: CompiledPolicy, change: Change, grounds: Grounds): Promise<void> {
    await this.#record(next, change, grounds)
    this.#current = next
    this.#waiting = undefined
    this.#rejected.forget()
    if (change === 'narrowing') await this.#narrowed(next)
    this.#options.observe('policyLoaded', { digest: next.digest, change })
  }

  /**
   * Throws when the directory says otherwise, or cannot say. What only narrows waits for nobody: it is asked about only where it
   * keeps other roles apart, and comes into force when nobody answers, since sessions that open are checked all the same.
   */
  async #fits(next: CompiledPolicy, change: Change): Promise<void> {
    if (change === 'narrowing' && rolesKeptApart(this.#current) === rolesKeptApart(next)) return
    try {
      await this.#options.admits(next)
    } catch (error) {
      if (change !== 'narrowing' || isOfPolicy(error)) throw error
      this.#options.observe('failure', { session: engineSession, refusal: refusalFrom(error), cause: error })
    }
  }

  /** The version of a policy that widens, taken note of. Throws ERR_POLICY_WIDENING or ERR_POLICY_UNSIGNED. */
  async #widening(read: ReadPolicy, widens: readonly string[]): Promise<number> {
    if (this.#options.authority === undefined) {
      this.#waiting ??= Object.freeze({ id: randomHex(16), from: this.#current, to: read.policy })
      throw new BothKeysError('ERR_POLICY_WIDENING', `the new policy widens the one in force: ${widens.join('; ')}`, {
        hint: 'have somebody with the duty policy sign it (guard.policyChange), restart to apply it, have an authority sign policies, or only add deny and hold rules',
      })
    }
    const version = await this.#versionOf(read)
    if (this.#unnoted) await this.#note(this.#current)
    await this.#admit(read.policy, version)
    return version
  }

  /** A signed policy that was narrowed since is none that was signed. The narrower one is in force whatever comes of it. */
  async #narrowed(narrower: CompiledPolicy): Promise<void> {
    if (this.#options.authority === undefined) return
    try {
      await this.#note(narrower)
    } catch (cause) {
      this.#unnoted = true
      this.#options.observe('failure', { session: engineSession, refusal: refusalFrom(cause), cause })
    }
  }

  async #note({ digest }: CompiledPolicy): Promise<void> {
    if (this.#ledger === undefined) return
    await noteNarrowing({ ...this.#options, ledger: this.#ledger }, digest)
    this.#unnoted = false
  }

  async #admit({ digest }: CompiledPolicy, version: number): Promise<void> {
    if (this.#ledger === undefined) throw unsigned('there is no ledger that knows the versions before')
    await admitVersion({ ...this.#options, ledger: this.#ledger }, { version, digest })
  }

  async #record(policy: CompiledPolicy, change: Change, { approval, version }: Grounds): Promise<void> {
    await withDeadline(
      this.#journal?.append(
        {
          type: 'policy.loaded',
          session: engineSession,
          body: { approval, change, dev: this.#options.dev, digest: policy.digest, source: policy.source, version },
        },
        'synced',
      ),
      'recording the policy',
      this.#options.deadlineMs,
      undefined,
    )
  }
}

/** How long after a reload that failed for no fault of the policy it is tried again, at first and at last. */
const firstRetryMs = 1_000
const maxRetryMs = 30_000

/** Whether a reload failed because of what the policy says: trying again changes nothing. */
function isOfPolicy(error: unknown): boolean {
  if (!(error instanceof BothKeysError)) return false
  return (
    error.code.startsWith('ERR_POLICY_') || error.code === 'ERR_TARGET_UNKNOWN' || error.code === 'ERR_DUTY_CONFLICT'
  )
}

/** By how many rules: what narrows adds some, and changes none. */
function rolesKeptApart({ dutyRules }: CompiledPolicy): number {
  return dutyRules?.separatedRoles.length ?? 0
}

/** What lets a policy into force: the version that was signed, or who decided. */
interface Grounds {
  readonly version?: number | undefined
  readonly approval?: CanonicalInput
}
