import { describe, expect, it } from 'vitest'
import type { Analysis, RegistryChange } from '../../src/analyzer/analysis.js'
import { Registry } from '../../src/door/registry.js'
import { analysisOf } from '../analyzer/support/shop.js'

const declared = (holdable = false): readonly RegistryChange[] => [{ kind: 'declare-cursor', name: 'c', holdable }]

const remove = (): Promise<Analysis> => analysisOf('declare c cursor for select refund(1)')
const harmless = (): Promise<Analysis> => analysisOf('declare c cursor for select a from lone')

const effectsOf = (registry: Registry): string[] =>
  (registry.portals.get('c')?.analysis.description.effects ?? []).map(({ duty, resource }) => `${duty} ${resource}`)

describe('the name of a cursor', () => {
  it('stands for what was declared', async () => {
    const registry = new Registry()
    registry.apply(declared(), await harmless())
    expect(effectsOf(registry)).toEqual(['read table:shop.lone'])
    expect(registry.portals.get('c')?.analysis.settingFree).toBe(true)
  })

  it('stands for both when it is declared while it is open, whichever is the harmless one', async () => {
    for (const order of [
      [remove, harmless],
      [harmless, remove],
    ]) {
      const registry = new Registry()
      for (const each of order) registry.apply(declared(), await each())
      expect(effectsOf(registry).toSorted()).toEqual(['execute function:shop.refund', 'read table:shop.lone'])
      expect(registry.portals.get('c')?.analysis.settingFree).toBe(false)
    }
  })

  it('stands for a change of the catalog when one of both is one', async () => {
    const change = { ...(await harmless()), changesCatalog: true }
    const registry = new Registry()
    registry.apply(declared(), change)
    registry.apply(declared(), await harmless())
    expect(registry.portals.get('c')?.analysis.changesCatalog).toBe(true)
  })

  it('stands for the new one alone when it was closed in between', async () => {
    const registry = new Registry()
    registry.apply(declared(), await remove())
    registry.apply([{ kind: 'close-cursor', name: 'c' }, ...declared()], await harmless())
    expect(effectsOf(registry)).toEqual(['read table:shop.lone'])
  })

  it('ends with its transaction, unless it may be held beyond that', async () => {
    const registry = new Registry()
    registry.apply(declared(), await remove())
    registry.transactionEnded()
    expect(registry.portals.has('c')).toBe(false)
    registry.apply(declared(true), await remove())
    registry.transactionEnded()
    expect(registry.portals.has('c')).toBe(true)
    registry.apply(declared(), await harmless())
    registry.transactionEnded()
    expect(effectsOf(registry)).toContain('execute function:shop.refund')
  })
})
