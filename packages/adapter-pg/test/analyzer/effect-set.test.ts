import { describe, expect, it } from 'vitest'
import { EffectSet } from '../../src/analyzer/effect-set.js'

/** What is left of the ways by which one effect came about. */
function merged(...ways: readonly (string | undefined)[]): unknown {
  const effects = new EffectSet()
  for (const via of ways) effects.add('execute', 'function:public.f', via === undefined ? {} : { via })
  return effects.list().map(({ attributes }) => attributes['via'])
}

describe('an effect that comes about in several ways', () => {
  it.each([
    [['trigger', 'trigger'], 'trigger'],
    [['trigger', 'plan'], 'plan'],
    [['plan', 'trigger'], 'plan'],
    [['trigger', undefined], undefined],
    [[undefined, 'trigger'], undefined],
    [['view', undefined, 'trigger'], undefined],
  ])('is of a trigger or of anything else only where each of them is: %j', (ways, via) => {
    expect(merged(...ways)).toEqual([via])
  })
})
