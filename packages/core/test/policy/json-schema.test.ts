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

  it('is part of the package, where docs/policy.md tells editors to look', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      readonly files: readonly string[]
    }
    expect(manifest.files).toContain('schema/bothkeys-policy.schema.json')
    const reference = readFileSync(new URL('../../../../docs/policy.md', import.meta.url), 'utf8')
    expect(reference).toContain('$schema=./node_modules/@bothkeys/core/schema/bothkeys-policy.schema.json')
  })

  it('knows the keys that load and no others', () => {
    const schema = policyJsonSchema()
    expect(Object.keys(schema['properties'] as object)).toEqual(knownKeys.policy)
    expect(schema['additionalProperties']).toBe(false)
    expect(JSON.stringify(schema)).not.toContain('"agentClasses"')
  })
})
