import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { policyJsonSchema } from '../../src/policy/json-schema.js'
import { knownKeys } from '../../src/policy/schema.js'

describe('the published JSON Schema', () => {
  it('is current; if not, run npx tsx packages/core/schema/write-schema.ts', () => {
    const published: unknown = JSON.parse(
      readFileSync(new URL('../../schema/bothkeys-policy.schema.json', import.meta.url), 'utf8'),
    )
    expect(published).toEqual(policyJsonSchema())
  })

  it('knows the keys that load and no others', () => {
    const schema = policyJsonSchema()
    expect(Object.keys(schema['properties'] as object)).toEqual(knownKeys.policy)
    expect(schema['additionalProperties']).toBe(false)
    expect(JSON.stringify(schema)).not.toContain('"mask"')
  })
})
