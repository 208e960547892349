import type { Guard, Ledger } from '@bothkeys/core'
import { createGuard } from '@bothkeys/core'
import { given } from './build/given.js'
import { approversOf, authorityOf, directoryOf, journalOf, policyOf, providersOf } from './build/guard-parts.js'
import type { ServeConfig } from './config/config.js'
import { atOnce } from './control/at-once.js'
import type { ControlAddress } from './control/listener.js'
import type { Check, ReadinessChecks } from './control/readiness.js'
import type { ControlPorts } from './control/routes.js'
import type { PostgresTarget, ServedDoor } from '@bothkeys/pg'
import type { Places } from './files/secret.js'
import type { Metrics } from './metrics.js'
import type { ServeOptions } from './serve-options.js'
import type { Admitted, DoorLogin } from './sessions/served-session.js'
import type { ServedSessions } from './sessions/served-sessions.js'
import { verifierByIssuer } from './sessions/verifier-by-issuer.js'

/** What is known of the journal while the process runs. */
export interface JournalState {
  fails: boolean
}

/** Builds the guard. Throws what `createGuard` throws, and ERR_CONFIG_INVALID for files that others can reach. */
export async function openGuard(
  { approvers = [], config }: ServeOptions,
  places: Places,
  on: {
    readonly targets: readonly PostgresTarget[]
    readonly metrics: Metrics
    readonly ledger: Ledger | undefined
    readonly journal: JournalState
  },
): Promise<Guard> {
  const { deadlineMs, journalBudget } = config.limits
  const guard = await createGuard({
    engine: config.engine,
    policy: policyOf(config.policy, places),
    identity: verifierByIssuer(config.engine, providersOf(config, places)),
    directory: directoryOf(config.directory, places),
    targets: on.targets,
    approvers: [...approversOf(config, places), ...approvers],
    journal: on.metrics.journal(journalOf(config.journal, places), (fails) => {
      on.journal.fails = fails
    }),
    deadlineMs,
    ...given({ journalBudget, ledger: on.ledger, authority: authorityOf(config.policy, places) }),
  })
  on.metrics.watch(guard)
  return guard
}

/** What has to be well for the process to be of use. No answer holds more than a name and a reason of this code. */
export function checksOf(
  guard: Guard,
  targets: readonly PostgresTarget[],
  ledger: Ledger | undefined,
  journal: JournalState,
): ReadonlyMap<string, Check> {
  const checks: [string, Check][] = [
    ['policy', () => Promise.resolve(guard.policyDigest === '' ? 'there is none' : undefined)],
    ['journal', () => Promise.resolve(journal.fails ? 'the last event could not be recorded' : undefined)],
    ...targets.map((target): [string, Check] => [`target:${target.name}`, () => targetCheck(target)]),
  ]
  if (ledger !== undefined) checks.push(['ledger', () => ledgerCheck(ledger)])
  return new Map(checks)
}

async function ledgerCheck(ledger: Ledger): Promise<string | undefined> {
  try {
    await ledger.nowMs()
    return undefined
  } catch {
    return 'it cannot be reached'
  }
}

/** What the server's check says, by the names of its findings. */
async function targetCheck(target: PostgresTarget): Promise<string | undefined> {
  try {
    const refused = (await target.doctor()).findings.filter(({ refuses }) => refuses).map(({ id }) => id)
    return refused.length === 0 ? undefined : `it is refused: ${refused.join(', ')}`
  } catch {
    return 'it cannot be reached'
  }
}

/** What the routes of the control listeners reach. */
export function portsOf(on: {
  readonly config: ServeConfig
  readonly guard: Guard
  readonly sessions: ServedSessions
  readonly metrics: Metrics
  readonly readiness: ReadinessChecks
  readonly doors: ReadonlyMap<string, ServedDoor>
  readonly guarded: readonly PostgresTarget[]
}): ControlPorts {
  const { config, doors, guard, guarded, metrics, readiness, sessions } = on
  const readinessNow: ControlPorts['readiness'] = async () => {
    const now = await readiness.now()
    metrics.set('bothkeys_ready', now.ready ? 1 : 0)
    return now
  }
  return {
    targets: config.targets.map(({ name }) => name),
    readiness: readinessNow,
    metrics: async () => {
      metrics.set('bothkeys_sessions', sessions.size)
      metrics.set('bothkeys_approvals_pending', guard.approvals.pending().length)
      for (const [target, { connections }] of doors) metrics.set('bothkeys_connections', connections, { target })
      return { type: metrics.registry.contentType, text: await metrics.registry.metrics() }
    },
    // Who is asked about may be slow to look up. The other half is for those who ask how the process is.
    openSession: atOnce(Math.max(1, Math.floor(config.limits.requests / 2)), (credential, targets) =>
      sessions.open(credential, targets),
    ),
    endSession: (id, secret) => sessions.end(id, secret),
    decisions: guard,
    operators: { guard, guarded, sessions },
  }
}

/** Lets clients of one target in, and counts how that went. */
export function countedAdmit(
  sessions: ServedSessions,
  metrics: Metrics,
  target: string,
): (login: DoorLogin, signal: AbortSignal) => Promise<Admitted> {
  return async (login, signal) => {
    try {
      const admitted = await sessions.admit(target, login, signal)
      metrics.count('bothkeys_logins_total', { target, result: 'admitted' })
      return admitted
    } catch (error) {
      metrics.count('bothkeys_logins_total', { target, result: 'refused' })
      throw error
    }
  }
}

/** Where a control listener is. */
export function addressOf({ path, port, socketMode }: ServeConfig['control'][number], places: Places): ControlAddress {
  if (path !== undefined) return { path: places.resolve(path), mode: Number.parseInt(socketMode, 8) }
  return { port: port ?? 0 }
}
