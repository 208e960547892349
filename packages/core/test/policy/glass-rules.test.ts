import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../src/policy/load.js'
import { loadError } from './load-error.js'

/** The text of a policy with one break-glass rule, of which a key may be replaced. */
function policyWith(change: Readonly<Record<string, string>> = {}): string {
  const keys: Record<string, string> = {
    id: 'G1',
    role: 'oncall',
    target: 'orders',
    duty: '[write, delete]',
    for: '30m',
    review: '{ role: auditor, within: 24h }',
    ...change,
  }
  const rule = Object.entries(keys).map(([key, value]) => `${key}: ${value}`)
  return `version: 1
targets:
  orders: { kind: postgres, labels: { env: prod } }
  archive: { kind: postgres }
roles:
  oncall: [{ target: { kind: postgres }, duty: [read, write, delete] }]
  dba: [{ target: { kind: postgres }, duty: approve }]
  auditor: []
hold:
  - { id: H1, target: orders, duty: [write, delete], require: [{ stage: peer, count: 1, role: dba }], ttl: 15m }
breakGlass:
  - { ${rule.join(', ')} }
`
}

const load = (text: string) => loadPolicy({ name: 'x', content: text })

describe('breakGlass', () => {
  it('is for people and for reviewers who differ in everything, unless it says otherwise', () => {
    expect(load(policyWith()).glassRules?.get('G1')).toMatchObject({
      role: 'oncall',
      from: 'humans',
      targets: new Set(['orders']),
      duties: new Set(['write', 'delete']),
      forMs: 1_800_000,
      review: {
        role: 'auditor',
        withinMs: 86_400_000,
        level: 'asserted',
        independent: ['subject', 'person', 'run', 'key', 'agentClass'],
      },
    })
    expect(load(policyWith().replace(/breakGlass:[^]*/, '')).glassRules).toBeUndefined()
  })

  it('lasts an hour at most, and that is refused and not cut', () => {
    expect(load(policyWith({ for: '1h' })).glassRules?.get('G1')?.forMs).toBe(3_600_000)
    expect(loadError(policyWith({ for: '61m' })).message).toContain('breakGlass[0].for: glass is broken for 1h at most')
  })

  it.each<readonly [string, Record<string, string>, string]>([
    ['no time', { for: '0m' }, 'breakGlass[0].for: it must be more than 0'],
    ['an unknown role', { role: 'oncal' }, 'breakGlass[0].role: unknown role "oncal"; did you mean "oncall"'],
    ['an unknown reviewer', { review: '{ role: x, within: 1h }' }, 'breakGlass[0].review.role: unknown role "x"'],
    ['no reviewer', { review: '{ within: 1h }' }, 'breakGlass[0].review.role: is missing'],
    ['no time to review', { review: '{ role: auditor }' }, 'breakGlass[0].review.within: is missing'],
    ['a month to review', { review: '{ role: auditor, within: 30d }' }, 'within: it must be at most 7d'],
    [
      'a review by agents',
      { review: '{ role: auditor, within: 1h, from: anyone }' },
      'unknown key "from"; known here: role',
    ],
    ['an unknown target', { target: 'order' }, 'breakGlass[0].target: unknown target "order"'],
    ['a selector of nothing', { target: '{ env: dev }' }, 'breakGlass[0].target: it selects no target'],
    ['every duty', { duty: "'*'" }, 'breakGlass[0].duty: list the duties whose holds are lifted'],
    ['a duty that is not held', { duty: '[write, define]' }, 'no hold rule is about "define" on any of its targets'],
    ['a target where nothing is held', { target: 'archive' }, 'no hold rule is about "write" on any of its targets'],
    ['a duty of the guard', { duty: 'approve' }, 'no hold rule is about "approve"'],
    ['an id that is taken', { id: 'H1' }, 'breakGlass[0].id: the id "H1" is taken by hold[0]'],
    ['a key that it does not have', { reason: 'x' }, 'breakGlass[0].reason: unknown key "reason"'],
  ])('with %s does not load', (_what, change, says) => {
    expect(loadError(policyWith(change)).message).toContain(says)
  })

  it.each(['id', 'role', 'target', 'duty', 'for', 'review'])('without %s does not load', (key) => {
    const text = policyWith().replace(
      new RegExp(`(breakGlass:[^]*?[{ ])${key}: (\\[.*?\\]|\\{.*?\\}|[^,}]*)(, | })`),
      '$1$3',
    )
    expect(loadError(text.replace('{ , ', '{ ').replace(', , ', ', ').replace(',  }', ' }')).message).toContain(
      `breakGlass[0].${key}`,
    )
  })
})
