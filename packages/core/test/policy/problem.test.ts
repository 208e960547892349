import { describe, expect, it } from 'vitest'
import { nearest } from '../../src/policy/nearest.js'
import { invalid, problemList } from '../../src/policy/problem.js'

describe('a policy with very many problems', () => {
  it('says what is wrong for those alone that are shown', () => {
    let said = 0
    const problems = Array.from({ length: 10_000 }, (_each, index) =>
      invalid(['roles', index], () => `unknown ${String(++said)}`),
    )
    expect(problemList('p.yaml', problems, () => undefined)).toMatch(/^10000 problems:\n.*\n {2}and 9950 more$/s)
    expect(said).toBe(50)
  })

  it('compares no word with more than 200 others', () => {
    const words = Array.from({ length: 200 }, (_each, index) => `target${String(index)}`)
    expect(nearest('targt7', words)).toBe('target7')
    expect(nearest('targt7', [...words, 'other'])).toBeUndefined()
  })
})
