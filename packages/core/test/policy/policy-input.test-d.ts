import { describe, expectTypeOf, it } from 'vitest'
import type { z } from 'zod'
import { definePolicy } from '../../src/policy/policy-input.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import type { PolicyDocument } from '../../src/policy/source.js'
import type { policySchema } from '../../src/policy/schema.js'

describe('the type of a policy', () => {
  it('is what the schema reads', () => {
    expectTypeOf<z.output<typeof policySchema>>().toEqualTypeOf<PolicyInput>()
  })

  it('can be given to a source', () => {
    expectTypeOf<PolicyInput>().toExtend<PolicyDocument['content']>()
  })

  it('refuses unknown duties and missing keys', () => {
    expectTypeOf(definePolicy).parameter(0).toEqualTypeOf<PolicyInput>()
    // @ts-expect-error there is no duty of this name
    definePolicy({ version: 1, targets: {}, roles: { a: [{ target: 'x', duty: 'reed' }] } })
    // @ts-expect-error an allow rule has no text
    definePolicy({ version: 1, targets: {}, roles: { a: [{ target: 'x', duty: 'read', text: 'x' }] } })
    // @ts-expect-error a hold rule needs a ttl
    definePolicy({ version: 1, targets: {}, roles: {}, hold: [{ id: 'h', require: [] }] })
  })
})
