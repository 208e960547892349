import { describe, expect, it } from 'vitest'
import { inlineSource } from '../../src/policy/inline-source.js'
import { loadPolicy } from '../../src/policy/load.js'
import { definePolicy } from '../../src/policy/policy-input.js'
import { loadError } from './load-error.js'

const policy = definePolicy({
  version: 1,
  targets: { orders: { kind: 'postgres' } },
  roles: { agent: [{ target: 'orders', duty: 'read' }] },
})

describe('a policy that is an object', () => {
  it('loads from definePolicy and an inline source', async () => {
    const document = await inlineSource(policy).load(new AbortController().signal)
    expect(document.name).toBe('inline policy')
    expect(loadPolicy(document).roles).toEqual(new Set(['agent']))
    expect(JSON.parse(loadPolicy(document).source)).toEqual(policy)
  })

  it('is copied, so that later changes of it change nothing', () => {
    const mine = {
      version: 1,
      targets: { orders: { kind: 'postgres' } },
      roles: { agent: [{ target: 'orders', duty: 'read' }] },
    }
    const loaded = loadPolicy({ name: 'x', content: mine })
    mine.roles.agent[0]!.duty = 'write'
    const input = {
      roles: ['agent'],
      target: { name: 'orders', kind: 'postgres', labels: {} },
      operation: 'query',
      text: '',
    }
    expect(loaded.decide({ ...input, effects: [{ duty: 'write', resource: 'table:a', attributes: {} }] }).effect).toBe(
      'deny',
    )
  })

  it('is read once, so that a getter cannot answer in two ways', () => {
    let reads = 0
    const tricky = {
      version: 1,
      targets: { orders: { kind: 'postgres' } },
      get roles() {
        reads++
        return { agent: reads === 1 ? [] : [{ target: 'orders', duty: '*' }] }
      },
    }
    loadPolicy({ name: 'x', content: tricky })
    expect(reads).toBe(1)
  })

  it('treats an undefined member as absent', () => {
    expect(loadPolicy({ name: 'x', content: { ...policy, deny: undefined } }).digest).toBe(
      loadPolicy({ name: 'x', content: policy }).digest,
    )
  })

  const cycle: Record<string, unknown> = { ...policy }
  cycle['self'] = cycle
  it.each<readonly [string, Record<string, unknown>, string]>([
    ['a function', { ...policy, roles: () => ({}) }, 'roles: a policy cannot contain a function'],
    ['a symbol key', { ...policy, [Symbol('x')]: 1 }, 'only plain objects'],
    ['a Map', { ...policy, roles: new Map() }, 'roles: only plain objects'],
    ['a class instance', { ...policy, targets: new (class Targets {})() }, 'targets: only plain objects'],
    ['a date', { ...policy, version: new Date() }, 'version: only plain objects'],
    ['a bigint', { ...policy, version: 1n }, 'version: a policy cannot contain a bigint'],
    ['a cycle', cycle, 'nesting deeper than 24 levels'],
    ['a number that is not finite', { ...policy, version: Number.NaN }, 'version: the number is not finite'],
    ['a number that is not exact', { ...policy, version: 2 ** 60 }, 'version: the number is too large to be exact'],
    ['a hole', { ...policy, deny: [undefined] }, 'deny[0]: the list has a hole here'],
    [
      '__proto__',
      JSON.parse('{"version": 1, "__proto__": {"roles": {}}}') as Record<string, unknown>,
      '__proto__: a key cannot be __proto__',
    ],
    ['half a character', { ...policy, roles: { '\uD800': [] } }, 'half a character'],
  ])('is refused with %s', (_what, content, says) => {
    const error = loadError(content, 'inline policy')
    expect(error.code).toBe('ERR_POLICY_INVALID')
    expect(error.message).toContain(says)
  })
})
