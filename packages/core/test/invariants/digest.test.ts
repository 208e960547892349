import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../src/model/canonical-json.js'
import type { SnapshotValue } from '../../src/model/snapshot.js'
import { snapshot } from '../../src/model/snapshot.js'
import { fc } from '../properties.js'
import { human, stage } from './support.js'
import type { Approver } from '../../src/approvals/approver.js'

/** Values that JSON cannot tell apart, and values that it can. */
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom<unknown>(
      null,
      undefined,
      true,
      0,
      -0,
      NaN,
      Infinity,
      -Infinity,
      1,
      '1',
      1n,
      '',
      '$',
      '$date',
      'e\u0301',
      '\u00e9',
    ),
    fc.double(),
    fc.bigInt(),
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array({ maxLength: 4 }),
    fc.date({ noInvalidDate: true }),
  ),
  list: fc.array(tie('value'), { maxLength: 3 }),
  record: fc.dictionary(
    fc.constantFrom('a', 'b', '$a', '$$a', '$date', '$bytes', '__proto__', 'constructor'),
    tie('value'),
    {
      maxKeys: 3,
    },
  ),
  value: fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('list'), tie('record')),
}))['value'] as fc.Arbitrary<unknown>

const textOf = (input: unknown): string => canonicalJson(snapshot(input) as SnapshotValue as never)

/** Equal as JavaScript tells values apart: kinds, signs of zero, bytes; the order of members does not count. */
function same(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return Object.is(one, other)
  if (one instanceof Date || other instanceof Date) {
    return one instanceof Date && other instanceof Date && one.getTime() === other.getTime()
  }
  if (one instanceof Uint8Array || other instanceof Uint8Array) {
    return one instanceof Uint8Array && other instanceof Uint8Array && Buffer.from(one).equals(other)
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const names = Object.keys(one)
  if (names.length !== Object.keys(other).length) return false
  return names.every(
    (name) =>
      Object.hasOwn(other, name) &&
      same((one as Record<string, unknown>)[name], (other as Record<string, unknown>)[name]),
  )
}

function turned(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || input instanceof Date || input instanceof Uint8Array) return input
  if (Array.isArray(input)) return input.map(turned)
  const copy: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const [name, member] of Object.entries(input).reverse()) copy[name] = turned(member)
  return copy
}

describe('I23: a digest stands for one value', () => {
  it('distinct values have distinct canonical texts, equal ones the same', () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        expect(textOf(one) === textOf(other)).toBe(same(one, other))
      }),
      { numRuns: 4_000 },
    )
  })

  it('whatever the order of the members', () => {
    fc.assert(
      fc.property(value, (input) => {
        expect(textOf(turned(input))).toBe(textOf(input))
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('I2: what was decided, what was shown and what runs have one digest', () => {
  it('for every held action, and it is frozen by then', async () => {
    const grace = await human('grace')
    const shown: string[] = []
    const frozen: boolean[] = []
    const approver: Approver = {
      name: 'watching',
      level: 'asserted',
      ask: async (request, vote) => {
        shown.push(request.digest)
        frozen.push(Object.isFrozen(request))
        await vote({ decision: 'allow', approver: grace, digest: request.digest })
      },
    }
    const on = await stage({
      approvers: [approver],
      policy: {
        version: 1,
        targets: { db: { kind: 'fake' } },
        roles: { agent: [{ target: 'db', duty: ['write'] }], dba: [{ target: 'db', duty: 'approve' }] },
        hold: [{ id: 'writes', duty: 'write', require: [{ stage: 'dba', count: 1, role: 'dba' }], ttl: '1m' }],
      },
    })
    const access = await on.access({
      kind: 'agent',
      subject: 'a',
      roles: ['agent'],
      owners: ['ada'],
      agentClass: 'etl',
    })
    for (let round = 0; round < 5; round++) await on.attempt(access, 'write')
    const digests = (type: string): unknown[] =>
      on.journal.events.filter((event) => event.type === type).map((event) => event['digest'])
    expect(shown).toHaveLength(5)
    expect(frozen).toEqual([true, true, true, true, true])
    expect(new Set(shown).size).toBe(5)
    expect(digests('approval.requested')).toEqual(shown)
    expect(digests('action.intent')).toEqual(shown)
    await on.guard.close()
  })
})
