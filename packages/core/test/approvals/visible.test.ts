import { describe, expect, it } from 'vitest'
import { escapeHidden } from '../../src/approvals/visible.js'

describe('a mark', () => {
  it.each([
    ['on a letter', 'e\u0301t\u0302 \u0915\u094d\u0937\u093f \u05d1\u05bc\u05b0'],
    ['on a letter, three of them', 'a\u0301\u0302\u0303'],
  ])('is drawn as it is: %s', (_where, text) => {
    expect(escapeHidden(text)).toBe(text)
  })

  it.each([
    ['that strikes through', 'a\u0336b', 'a\\u{336}b'],
    ['that encloses', 'a\u20ddb', 'a\\u{20dd}b'],
    ['that strikes through in another way', 'a\u20d2b\u20e5', 'a\\u{20d2}b\\u{20e5}'],
    ['on an operator', 'id =\u0301 1', 'id =\\u{301} 1'],
    ['on a digit', '1\u0301', '1\\u{301}'],
    ['on a quote of ours', '"\u0301', '"\\u{301}'],
    ['at the beginning, on what stands before', '\u0301a', '\\u{301}a'],
    ['behind one that is written out', 'a\u0336\u0301', 'a\\u{336}\\u{301}'],
    ['behind a letter that nobody sees', '\u3164\u0301', '\\u{3164}\\u{301}'],
    ['behind a mark that nobody sees', 'a\u034f\u0301', 'a\\u{34f}\\u{301}'],
    ['that is the fourth', 'a\u0301\u0302\u0303\u0304\u0305', 'a\u0301\u0302\u0303\\u{304}\\u{305}'],
  ])('is written out: %s', (_where, text, shown) => {
    expect(escapeHidden(text)).toBe(shown)
  })
})
