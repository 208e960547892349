import { bench, describe } from 'vitest'
import type { DecisionInput } from '../../src/model/decision.js'
import { loadPolicy } from '../../src/policy/load.js'

/** A policy with this many rules, a third each of allow, deny and hold, over many tables of two targets. */
function policyOf(rules: number): ReturnType<typeof loadPolicy> {
  const third = Math.max(1, Math.floor(rules / 3))
  const each = <Rule>(make: (index: number) => Rule): Rule[] => Array.from({ length: third }, (_, index) => make(index))
  return loadPolicy({
    name: 'bench',
    content: {
      version: 1,
      targets: { orders: { kind: 'postgres', labels: { env: 'prod' } }, archive: { kind: 'postgres' } },
      roles: {
        agent: [
          { target: 'orders', duty: ['read', 'write'], resource: 'table:public.**' },
          ...each((index) => ({ target: 'orders', duty: ['read', 'delete'], resource: `table:shop_${index}.*` })),
        ],
        dba: [{ target: { kind: 'postgres' }, duty: 'approve' }],
      },
      deny: each((index) => ({ id: `deny-${index}`, duty: ['write', 'delete'], resource: `table:*.secret_${index}` })),
      hold: each((index) => ({
        id: `hold-${index}`,
        target: 'orders',
        duty: 'write',
        resource: `table:public.orders_${index}`,
        require: [{ stage: 'peer', count: 1, role: 'dba' }],
        ttl: '15m',
      })),
    },
  })
}

const roles = Object.freeze(['agent'])
const target = Object.freeze({ name: 'orders', kind: 'postgres', labels: Object.freeze({ env: 'prod' }) })

function input(duty: 'read' | 'write' | 'delete', ...tables: readonly string[]): DecisionInput {
  const effects = tables.map((table) =>
    Object.freeze({ duty, resource: `table:${table}`, attributes: Object.freeze({}) }),
  )
  return Object.freeze({ roles, target, operation: 'query', text: 'select 1', effects: Object.freeze(effects) })
}

for (const rules of [10, 1_000]) {
  const policy = policyOf(rules)
  describe(`decide on ${rules} rules`, () => {
    const read = input('read', 'public.orders')
    const join = input('read', 'public.orders', 'public.customers', 'public.items')
    const held = input('write', 'public.orders_1')
    const denied = input('delete', 'shop_1.secret_2')
    bench('allowed read', () => void policy.decide(read))
    bench('allowed read of three tables', () => void policy.decide(join))
    bench('held write', () => void policy.decide(held))
    bench('denied delete', () => void policy.decide(denied))
  })
}
