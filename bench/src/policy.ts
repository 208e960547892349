/**
 * A policy as a shop might have it, with this many rules: what its agents may do to which tables, what nobody may do,
 * and what needs a person. The tables that the benchmarks use are allowed without one.
 */
export function shopPolicy(rules: number): Readonly<Record<string, unknown>> {
  const rest = Math.max(0, rules - 6)
  const [allows, denies] = [Math.ceil(rest / 3), Math.floor(rest / 3)]
  const holds = rest - allows - denies
  const each = <Rule>(count: number, make: (index: number) => Rule): readonly Rule[] =>
    Array.from({ length: count }, (_, index) => make(index))
  return {
    version: 1,
    targets: { shop: { kind: 'postgres', labels: { env: 'prod' } } },
    roles: {
      agent: [
        { target: 'shop', duty: ['read', 'write'], resource: 'table:public.*' },
        { target: 'shop', duty: 'delete', resource: 'table:public.carts' },
        ...each(allows, (index) => ({ target: 'shop', duty: 'read', resource: `table:tenant_${String(index)}.*` })),
      ],
      dba: [{ target: { kind: 'postgres' }, duty: 'approve' }],
    },
    deny: [
      { id: 'no-drop', target: 'shop', duty: 'define', reason: 'schema changes go through migrations' },
      { id: 'no-unbounded-delete', duty: 'delete', when: { unbounded: true } },
      ...each(denies, (index) => ({
        id: `deny-${String(index)}`,
        duty: ['write', 'delete'],
        resource: `table:*.ledger_${String(index)}`,
      })),
    ],
    hold: [
      hold('refunds', 'table:public.refunds'),
      ...each(holds, (index) => hold(`hold-${String(index)}`, `table:public.payments_${String(index)}`)),
    ],
  }
}

function hold(id: string, resource: string): object {
  return {
    id,
    target: 'shop',
    duty: 'write',
    resource,
    require: [{ stage: 'dba', count: 1, role: 'dba' }],
    ttl: '15m',
  }
}
