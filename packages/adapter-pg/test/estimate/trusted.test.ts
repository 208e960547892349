import { describe, expect, it } from 'vitest'
import type { CatalogSnapshot, Routine, TypeInfo } from '../../src/catalog/snapshot.js'
import { isTrustedRoutine, isTrustedType, looksAtSettings } from '../../src/estimate/trusted.js'

const routine = (more: Partial<Routine>): Routine => ({
  id: 1,
  schema: 'pg_catalog',
  name: 'int4pl',
  kind: 'function',
  volatility: 'immutable',
  language: 'internal',
  securityDefiner: false,
  arguments: [],
  defaults: 0,
  variadic: false,
  result: 23,
  outputs: [],
  returnsSet: false,
  argumentDefaults: undefined,
  builtin: true,
  extension: undefined,
  ...more,
})

const catalogOf = (routines: readonly Routine[], types: readonly TypeInfo[] = []): CatalogSnapshot =>
  ({
    routines: new Map(routines.map((each) => [each.id, each])),
    types: new Map(types.map((each) => [each.id, each])),
  }) as unknown as CatalogSnapshot

const extension = { id: 20_000, builtin: false, language: 'c', extension: 'citext' }

describe('a routine that may run while the server plans', () => {
  it.each([
    ['an immutable one of the server', {}, true],
    ['a stable one of the server', { volatility: 'stable' }, true],
    ['a volatile one of the server that was not reviewed', { name: 'pg_reload_conf', volatility: 'volatile' }, false],
    ['a volatile one that was', { name: 'random', volatility: 'volatile' }, true],
    ['nextval, which no planner runs', { name: 'nextval', volatility: 'volatile' }, true],
    ['what calls itself nextval and would be run', { name: 'nextval' }, false],
    ['one that looks at settings', { name: 'current_setting', volatility: 'stable' }, false],
    ['one that reads what a text names', { name: 'query_to_xml', volatility: 'stable' }, false],
    ['one that makes values of types', { name: 'domain_in' }, false],
    ['one that was replaced since', { id: 20_000 }, false],
    ['one of a user', { id: 20_000, builtin: false, language: 'sql' }, false],
    ['one in C of a reviewed extension', extension, true],
    ['a volatile one of it', { ...extension, volatility: 'volatile' }, false],
    ['one in SQL that was put into it', { ...extension, language: 'sql' }, false],
    ['one in C of another extension', { ...extension, extension: 'other' }, false],
  ] satisfies [string, Partial<Routine>, boolean][])('%s', (_name, more, trusted) => {
    const one = routine(more)
    expect(isTrustedRoutine(catalogOf([one]), one.id)).toBe(trusted)
  })

  it('is none that the catalog does not know', () => {
    expect(isTrustedRoutine(catalogOf([]), 1)).toBe(false)
  })
})

describe('a type whose values may be made while the server plans', () => {
  const user = routine({ id: 20_000, builtin: false, language: 'plpgsql' })
  const use = {
    functions: [user.id],
    relations: [],
    sequences: [],
    drawsUnnamed: false,
    settings: [],
    types: [],
    values: [],
    rows: [],
    commands: new Set<never>(),
  }
  const type = (more: Partial<TypeInfo>): TypeInfo => ({
    id: 17_000,
    schema: 'public',
    name: 'x',
    kind: 'domain',
    base: 23,
    element: 0,
    relation: 0,
    array: 0,
    builtin: false,
    functions: [1],
    comparisons: [],
    defaults: [],
    ...more,
  })

  it.each([
    ['with checks of the server alone', {}, true],
    ['with a check of a user', { functions: [1, user.id] }, false],
    ['that a user’s function compares', { comparisons: [user.id] }, false],
    ['with a default of a user', { defaults: [use] }, false],
  ] satisfies [string, Partial<TypeInfo>, boolean][])('%s', (_name, more, trusted) => {
    expect(isTrustedType(catalogOf([routine({}), user], [type(more)]), 17_000)).toBe(trusted)
  })

  it('is one of the server, or known', () => {
    expect(isTrustedType(catalogOf([]), 23)).toBe(true)
    expect(isTrustedType(catalogOf([]), 17_000)).toBe(false)
  })

  it('is told from one that looks at settings', () => {
    const shows = routine({ id: 2, name: 'current_setting', volatility: 'stable' })
    expect(looksAtSettings(catalogOf([shows]), { ...use, functions: [2] })).toBe(true)
    expect(looksAtSettings(catalogOf([user]), use)).toBe(false)
  })
})
