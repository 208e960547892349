import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { knownKeys } from '../../src/policy/schema.js'

const root = new URL('../../../../', import.meta.url)

describe('the documentation', () => {
  it('explains every key of the policy file', () => {
    const text = readFileSync(new URL('docs/policy.md', root), 'utf8')
    const unexplained = Object.values(knownKeys)
      .flat()
      .filter((key) => !text.includes(`\`${key}\``))
    expect(unexplained).toEqual([])
  })
})
