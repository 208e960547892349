import type { GuardedTarget } from './access.js'
import { withDeadline } from './deadline.js'
import type { Enforcement } from './enforce.js'
import { BothKeysError } from './errors.js'
import type { CompiledPolicy } from './policy/compiled.js'
import { loadPolicy } from './policy/load.js'
import type { PolicySource } from './policy/source.js'
import { comparePolicies } from './policy/widening.js'
import { engineSession } from './record/event.js'
import type { Journal } from './record/journal.js'

export interface PolicyHolderOptions {
  readonly source: PolicySource
  readonly targets: readonly GuardedTarget[]
  /** Whether a reload may widen the policy. */
  readonly dev: boolean
  readonly deadlineMs: number
  /** Whether a reload fits what else the guard knows. Rejects with why not. */
  readonly admits: (policy: CompiledPolicy) => Promise<void>
  readonly observe: Enforcement['observe']
}

type Change = 'start' | 'same' | 'narrowing' | 'widening'

/**
 * Holds the policy in force and swaps it atomically. A document that does not load changes nothing; one that widens is
 * applied only with `dev` (RULES 9); every policy is on record, with its bytes, before it decides anything.
 */
export class PolicyHolder {
  readonly #options: PolicyHolderOptions
  readonly #stopping = new AbortController()
  #current: CompiledPolicy
  #journal: Journal | undefined
  /** Loads one after the other, so that an older document never replaces a newer one. */
  #last: Promise<void> = Promise.resolve()

  private constructor(options: PolicyHolderOptions, first: CompiledPolicy) {
    this.#options = options
    this.#current = first
  }

  /** Loads the first policy. Throws when it is broken. */
  static async load(options: PolicyHolderOptions): Promise<PolicyHolder> {
    const first = await readPolicy(options, new AbortController().signal)
    return new PolicyHolder(options, first)
  }

  get current(): CompiledPolicy {
    return this.#current
  }

  /** Records the policy that is in force and starts watching for changes. */
  async startRecording(journal: Journal): Promise<void> {
    this.#journal = journal
    await this.#record(this.#current, 'start')
    this.#options.observe('policyLoaded', { digest: this.#current.digest, change: 'start' })
    this.#options.source.watch?.(() => {
      // What went wrong is on record and observed; the old policy stays.
      this.reload().catch(() => undefined)
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
  }

  async #load(): Promise<void> {
    try {
      const next = await readPolicy(this.#options, this.#stopping.signal)
      const { change, widens } = comparePolicies(this.#current, next)
      if (change === 'same') return
      if (change === 'widening' && !this.#options.dev) {
        throw new BothKeysError('ERR_POLICY_WIDENING', `the new policy widens the one in force: ${widens.join('; ')}`, {
          hint: 'restart to apply it, or only add deny and hold rules',
        })
      }
      await this.#options.admits(next)
      await this.#record(next, change)
      this.#current = next
      this.#options.observe('policyLoaded', { digest: next.digest, change })
    } catch (error) {
      await this.#reject(error)
      throw error
    }
  }

  async #record(policy: CompiledPolicy, change: Change): Promise<void> {
    await withDeadline(
      this.#journal?.append(
        {
          type: 'policy.loaded',
          session: engineSession,
          body: { change, dev: this.#options.dev, digest: policy.digest, source: policy.source },
        },
        'synced',
      ),
      'recording the policy',
      this.#options.deadlineMs,
      undefined,
    )
  }

  async #reject(error: unknown): Promise<void> {
    const reason = error instanceof Error ? error : new Error('the policy could not be loaded')
    this.#options.observe('policyRejected', { error: reason })
    const code = error instanceof BothKeysError ? error.code : 'ERR_INTERNAL'
    try {
      await this.#journal?.append(
        { type: 'policy.rejected', session: engineSession, body: { code, inForce: this.#current.digest } },
        'written',
      )
    } catch {
      // The rejection was observed; a journal that fails refuses every action by itself.
    }
  }
}

async function readPolicy(options: PolicyHolderOptions, signal: AbortSignal): Promise<CompiledPolicy> {
  const document = await withDeadline(options.source.load(signal), 'loading the policy', options.deadlineMs, undefined)
  const policy = loadPolicy(document)
  checkTargets(policy, options.targets)
  return policy
}

/** Policy and code must speak of the same targets, or a rule would silently guard nothing. */
function checkTargets(policy: CompiledPolicy, targets: readonly GuardedTarget[]): void {
  const names = new Set<string>()
  for (const target of targets) {
    if (names.has(target.name)) {
      throw new BothKeysError('ERR_TARGET_UNKNOWN', `two targets are called ${target.name}`, {
        hint: 'give each its own name',
      })
    }
    names.add(target.name)
    const known = policy.targets.get(target.name)
    if (known === undefined || known.kind !== target.kind) {
      throw new BothKeysError('ERR_TARGET_UNKNOWN', `the policy has no target ${target.name} of kind ${target.kind}`, {
        hint: `add it under targets: ${target.name}: { kind: ${target.kind} }`,
      })
    }
  }
  for (const { name, backstops } of policy.targets.values()) {
    checkBackstops(name, backstops, targets.find((target) => target.name === name)?.knownBackstops ?? [])
    if (names.has(name)) continue
    throw new BothKeysError(
      'ERR_TARGET_UNKNOWN',
      `the policy speaks of target ${name}, which createGuard was not given`,
      {
        hint: `pass it in createGuard({ targets }) or remove it from the policy`,
      },
    )
  }
}

/** A backstop that no adapter knows would be accepted and not enforced. */
function checkBackstops(target: string, asked: readonly string[], known: readonly string[]): void {
  const unknown = asked.find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new BothKeysError(
    'ERR_POLICY_UNSUPPORTED',
    `target ${target} asks for the backstop ${unknown}, which it does not have`,
    {
      hint: known.length === 0 ? 'remove it' : `choose among ${known.join(', ')}`,
    },
  )
}
