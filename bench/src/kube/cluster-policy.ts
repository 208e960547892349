/**
 * A policy as a team on a cluster might have it, with this many rules: what its agents may do to which objects, what nobody may do,
 * and what needs a person. What the benchmarks do is allowed without one.
 */
export function clusterPolicy(rules: number): Readonly<Record<string, unknown>> {
  const each = <Rule>(count: number, make: (index: number) => Rule): readonly Rule[] =>
    Array.from({ length: count }, (_, index) => make(index))
  const rest = Math.max(0, Math.floor((rules - 7) / 3))
  return {
    version: 1,
    targets: { cluster: { kind: 'kubernetes', labels: { env: 'prod' } } },
    roles: {
      agent: [
        { target: 'cluster', duty: 'read', resource: 'object:**' },
        { target: 'cluster', duty: 'write', resource: 'object:team.**' },
        { target: 'cluster', duty: 'grant', resource: 'escalate:**' },
        ...each(rest, (index) => ({ target: 'cluster', duty: 'write', resource: `object:payments-${String(index)}.**` })),
      ],
      operator: [{ target: { kind: 'kubernetes' }, duty: 'approve' }],
    },
    deny: [
      { id: 'no-define', target: 'cluster', duty: 'define', reason: 'the cluster is changed through its repository' },
      ...each(rest, (index) => ({ id: `deny-${String(index)}`, duty: 'delete', resource: `object:ledger-${String(index)}.**` })),
    ],
    hold: [
      hold('deployments', 'object:team."deployments.apps".*'),
      ...each(rest, (index) => hold(`hold-${String(index)}`, `object:payments-${String(index)}.**`)),
    ],
  }
}

function hold(id: string, resource: string): object {
  return {
    id,
    target: 'cluster',
    duty: 'write',
    resource,
    require: [{ stage: 'operator', count: 1, role: 'operator' }],
    ttl: '15m',
  }
}

/** All detectors but those of addresses, of which every pod has several that say nothing. */
export const detecting = {
  id: 'values',
  target: 'cluster',
  detect: ['credit-card', 'iban', 'email', 'us-ssn', 'phone', 'jwt', 'private-key', 'cloud-key', 'connection-password'],
  with: 'redact',
}
