import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { chosenBy, mutants } from '../mutants/list.mjs'
import { unrunnable } from '../mutants/runnable.mjs'
import { root } from '../root.mjs'

describe('the guards whose loss a test must notice', () => {
  it('stand where the lists say, once, and would really go', () => {
    const lost = mutants.filter(({ file, find, replace }) => {
      const path = join(root, file)
      const places = existsSync(path) ? readFileSync(path, 'utf8').split(find).length - 1 : 0
      return places !== 1 || find === replace
    })
    expect(lost.map(({ list, name }) => `${list}: ${name}`)).toEqual([])
  })

  it('have tests that exist', () => {
    const missing = mutants.flatMap(({ tests }) => tests).filter((test) => !existsSync(join(root, test)))
    expect(missing).toEqual([])
    expect(mutants.filter(({ tests }) => tests.length === 0)).toEqual([])
  })

  it('leave code that can run', async () => {
    const broken = await unrunnable(mutants)
    expect(broken.map(({ message, mutant }) => `${mutant.list}: ${mutant.name}: ${message}`)).toEqual([])
  }, 120_000)

  it('are told where they leave code that cannot run, which any test would notice', async () => {
    const file = 'packages/core/src/model/maybe-promise.ts'
    const find = "typeof value === 'object'"
    const changed = ['isObject(value)', "typeof value === 'object')", "typeof value === 'function'"]
    const broken = await unrunnable(changed.map((replace) => ({ file, find, replace })))
    expect(new Set(broken.map(({ mutant }) => mutant.replace))).toEqual(new Set(changed.slice(0, 2)))
  })

  it('are told apart by their names', () => {
    // An interrupted run goes on by them.
    const names = mutants.map(({ name }) => name)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  it('are chosen by a word of their list, name or file', () => {
    expect(chosenBy([])).toEqual(mutants)
    expect(chosenBy(['ledger/memory-ledger']).every(({ list }) => list === 'ledger')).toBe(true)
    expect(chosenBy(['no such guard'])).toEqual([])
  })
})
