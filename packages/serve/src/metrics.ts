import type { Guard, JournalFactory } from '@bothkeys/core'
import { errorCodes } from '@bothkeys/core'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { AppendSeen } from './watched-journal.js'
import { watchedJournal } from './watched-journal.js'

/** Every metric of bothkeys with its labels; docs/serve.md is kept equal to it by a test. */
export const metricTable = Object.freeze([
  ['bothkeys_actions_total', 'counter', 'target, effect', 'actions that were let through; `hold`: with an approval'],
  ['bothkeys_outcomes_total', 'counter', 'outcome', 'how actions ended'],
  ['bothkeys_refusals_total', 'counter', 'code', 'what was refused, by error code'],
  ['bothkeys_held_total', 'counter', 'target', 'requests for approval'],
  ['bothkeys_approvals_pending', 'gauge', '', 'requests that wait for people now'],
  ['bothkeys_votes_total', 'counter', 'counted', 'answers of people: `yes` was counted, `no` was not'],
  [
    'bothkeys_failures_total',
    'counter',
    'code',
    'failures of the journal, the ledger, the directory or bothkeys itself',
  ],
  ['bothkeys_policy_loads_total', 'counter', 'result', 'policies that came: `loaded` or `rejected`'],
  ['bothkeys_sessions', 'gauge', '', 'sessions that are open'],
  ['bothkeys_sessions_opened_total', 'counter', '', 'sessions that were opened'],
  ['bothkeys_connections', 'gauge', 'target', 'connections of clients'],
  ['bothkeys_logins_total', 'counter', 'target, result', 'logins at a door: `admitted` or `refused`'],
  ['bothkeys_journal_events_total', 'counter', 'type', 'events that were recorded'],
  ['bothkeys_journal_append_seconds', 'histogram', 'durability', 'how long the journal took to record an event'],
  ['bothkeys_journal_failures_total', 'counter', '', 'events that the journal could not record'],
  ['bothkeys_ready', 'gauge', '', '1 while `/readyz` says that the process is ready, as it was last asked'],
] as const)

type MetricName = (typeof metricTable)[number][0]

/** What the process counts. No label has a value that an agent could choose: names of the configuration and of this code. */
export class Metrics {
  readonly registry = new Registry()
  readonly #counters = new Map<MetricName, Counter>()
  readonly #gauges = new Map<MetricName, Gauge>()
  readonly #append: Histogram
  readonly #targets: ReadonlySet<string>

  constructor(targets: readonly string[]) {
    const registers = [this.registry]
    this.#targets = new Set(targets)
    collectDefaultMetrics({ register: this.registry })
    let append: Histogram | undefined
    for (const [name, type, labels, help] of metricTable) {
      const options = { name, help, labelNames: labels === '' ? [] : labels.split(', '), registers }
      if (type === 'counter') this.#counters.set(name, new Counter(options))
      else if (type === 'gauge') this.#gauges.set(name, new Gauge(options))
      else append = new Histogram({ ...options, buckets: [0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5] })
    }
    if (append === undefined) throw new Error('the table of metrics has no histogram')
    this.#append = append
  }

  count(name: MetricName, labels: Readonly<Record<string, string>> = {}): void {
    this.#counters.get(name)?.inc(labels)
  }

  set(name: MetricName, value: number, labels: Readonly<Record<string, string>> = {}): void {
    this.#gauges.get(name)?.set(labels, value)
  }

  /** The journal, watched. */
  journal(factory: JournalFactory, failed: (failing: boolean) => void): JournalFactory {
    return watchedJournal(factory, {
      appended: (seen) => {
        failed(false)
        this.#appended(seen)
      },
      failed: () => {
        failed(true)
        this.count('bothkeys_journal_failures_total')
      },
    })
  }

  /** Listens to a guard until it is closed. */
  watch(guard: Guard): void {
    guard.on('denied', ({ refusal }) => this.count('bothkeys_refusals_total', { code: codeOf(refusal.code) }))
    guard.on('failure', ({ refusal }) => this.count('bothkeys_failures_total', { code: codeOf(refusal.code) }))
    guard.on('policyLoaded', () => this.count('bothkeys_policy_loads_total', { result: 'loaded' }))
    guard.on('policyRejected', () => this.count('bothkeys_policy_loads_total', { result: 'rejected' }))
    guard.on('sessionOpened', () => this.count('bothkeys_sessions_opened_total'))
  }

  #appended({ type, body, durability, seconds }: AppendSeen): void {
    this.count('bothkeys_journal_events_total', { type })
    this.#append.observe({ durability }, seconds)
    switch (type) {
      case 'action.intent':
        return this.count('bothkeys_actions_total', { target: this.#target(body), effect: effectOf(body) })
      case 'action.outcome':
        return this.count('bothkeys_outcomes_total', { outcome: outcomeOf(body) })
      case 'approval.requested':
        return this.count('bothkeys_held_total', { target: this.#target(body) })
      case 'approval.vote':
        return this.count('bothkeys_votes_total', { counted: 'yes' })
      case 'approval.refused-vote':
        return this.count('bothkeys_votes_total', { counted: 'no' })
      default:
        return undefined
    }
  }

  #target({ target }: AppendSeen['body']): string {
    const name = nameOf(target)
    return this.#targets.has(name) ? name : 'other'
  }
}

const outcomes = new Set(['completed', 'failed', 'rolled-back', 'unknown', 'not-run'])

function outcomeOf({ outcome }: AppendSeen['body']): string {
  return typeof outcome === 'string' && outcomes.has(outcome) ? outcome : 'other'
}

function effectOf({ decision }: AppendSeen['body']): string {
  const effect: unknown =
    typeof decision === 'object' && decision !== null && 'effect' in decision ? decision['effect'] : undefined
  return effect === 'allow' || effect === 'hold' ? effect : 'other'
}

/** The name of a target as the record has it. What was serialised before is the same object each time. */
function nameOf(target: unknown): string {
  if (typeof target !== 'object' || target === null) return ''
  if ('name' in target && typeof target.name === 'string') return target.name
  const known = names.get(target)
  if (known !== undefined) return known
  const read = 'text' in target && typeof target.text === 'string' ? parsedName(target.text) : ''
  names.set(target, read)
  return read
}

const names = new WeakMap<object, string>()

function parsedName(text: string): string {
  const parsed = JSON.parse(text) as { readonly name?: unknown }
  return typeof parsed.name === 'string' ? parsed.name : ''
}

function codeOf(code: string): string {
  return Object.hasOwn(errorCodes, code) ? code : 'other'
}
