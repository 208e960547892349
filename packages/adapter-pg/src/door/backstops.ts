import type { ServerFinding } from './server-finding.js'

/**
 * Server backstops that a policy can switch on (`targets: orders: { kind: postgres, backstops: [plain-role] }`).
 * They hold where the door's own view ends; without them the same findings are warnings.
 */
export const backstops: readonly Backstop[] = Object.freeze(['plain-role', 'no-create', 'timeouts'])

export type Backstop = 'plain-role' | 'no-create' | 'timeouts'

/** Findings of the start-up check that a backstop turns into a refusal. */
const refused: Readonly<Record<Backstop, ReadonlySet<ServerFinding['id']>>> = {
  'plain-role': new Set(['superuser', 'createrole', 'bypassrls', 'replication', 'membership']),
  'no-create': new Set(['schema-create']),
  timeouts: new Set(),
}

/** Start-up settings that the backstop `timeouts` adds where the client did not choose its own. */
const timeouts: ReadonlyMap<string, string> = new Map([
  ['statement_timeout', '60s'],
  ['lock_timeout', '10s'],
  ['idle_in_transaction_session_timeout', '60s'],
])

/** The findings because of which the target is refused under these backstops. */
export function refusedFindings(
  findings: readonly ServerFinding[],
  asked: readonly string[],
): readonly ServerFinding[] {
  return findings.filter(
    ({ id, refuses }) => refuses || backstops.some((name) => asked.includes(name) && refused[name].has(id)),
  )
}

/** The start-up settings that these backstops add. */
export function backstopSettings(asked: readonly string[]): ReadonlyMap<string, string> {
  return asked.includes('timeouts') ? timeouts : new Map()
}
