import { checkSync } from 'recheck'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { builtInDetectors } from '../../../src/masking/detectors/built-in-detectors.js'
import { keyRows, keywordPattern } from '../../../src/masking/detectors/cloud-key.js'
import { bodyPattern } from '../../../src/masking/detectors/private-key.js'
import { boundingExpression } from './bounding-expression.js'

/** Every expression that the detectors run over a text. */
function expressions(): readonly RegExp[] {
  const [all, each] = [vi.spyOn(String.prototype, 'matchAll'), vi.spyOn(RegExp.prototype, 'exec')]
  try {
    // All keywords, so that none is left out.
    const text = keyRows.flatMap(({ keywords }) => keywords).join(' ')
    for (const detector of builtInDetectors.values()) detector.find(text, {})
    // Those that are not global look at what was matched.
    const run = [...all.mock.calls.map(([expression]) => expression), ...each.mock.contexts]
      .filter((expression) => expression instanceof RegExp)
      .filter(({ global }) => global)
    return [...new Map([...run, bodyPattern, keywordPattern].map((one) => [String(one), one])).values()]
  } finally {
    all.mockRestore()
    each.mockRestore()
  }
}

/** recheck in this process: its workers and its native build start slowly. */
beforeAll(() => {
  vi.stubEnv('RECHECK_BACKEND', 'pure')
})

describe('the expressions of the detectors', () => {
  it('are all looked at', () => {
    expect(expressions().length).toBeGreaterThan(keyRows.length + 20)
  })

  it.each(expressions())('take time linear in the text: %s', (expression) => {
    const flags = expression.flags.replaceAll(/[dgy]/g, '')
    const proof = checkSync(boundingExpression(expression.source), flags, { checker: 'automaton', timeout: 60_000 })
    if (proof.status === 'safe') return
    // Where only an assertion makes it so, it is attacked.
    const attack = checkSync(expression.source, flags, { checker: 'fuzz', timeout: 60_000 })
    expect(attack.status).toBe('safe')
  })

  it.each([String.raw`\s+$`, String.raw`(?<!x)\d+\d+(?!\d)`, '(a|a)*(?!a)'])(
    'are told from those that do not: %s',
    (source) => {
      expect(checkSync(boundingExpression(source), '', { checker: 'automaton' }).status).toBe('vulnerable')
    },
  )
})
