import { describe, expect, it } from 'vitest'
import { revocationInForce } from '../../src/reviews/lifting.js'

const textOf = (id: string, reason: string): string => {
  const what = { kind: 'subject', id, issuer: 'https://people.example' } as const
  return revocationInForce('orders', 'p', { id: 'r', reason, untilMs: undefined, what }, []).view.text
}

describe('what people are shown of a revocation', () => {
  it('has names and reasons that are no plain word in quotes, so that none goes on as something else', () => {
    const text = textOf('ann of x', 'left "us"')
    expect(text).toContain('subject "ann of x" of https://people.example')
    expect(text).toContain(String.raw`reason     "left \"us\""`)
    expect(textOf('ann', 'left')).toContain('subject ann of https://people.example')
  })
})
