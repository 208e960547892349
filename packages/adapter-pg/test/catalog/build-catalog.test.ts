import { describe, expect, it } from 'vitest'
import { buildBuiltins, buildCatalog } from '../../src/catalog/build-catalog.js'
import { readShortAnswer, readState, stateSince } from '../../src/catalog/session-state.js'
import { probedSettings } from '../../src/catalog/state-probe.js'
import { builtinText, shop } from '../analyzer/support/shop.js'

const routineNames = (ids: readonly number[]): readonly (string | undefined)[] =>
  ids.map((id) => shop.routines.get(id)?.name)

describe('a catalog snapshot', () => {
  it("tells operator classes for the server's types from those for types of users", () => {
    const comparisons = [
      [142, 20_001],
      [142, 20_002],
      [600, 20_002],
      [20_000, 20_003],
    ]
    const catalog = buildCatalog(buildBuiltins(builtinText), JSON.stringify({ comparisons }))
    expect(catalog.comparedBuiltins).toEqual([20_001, 20_002])
    expect(shop.comparedBuiltins).toEqual([])
  })

  it('knows what compares rows and arrays by a class of their own', () => {
    const place = 2200
    const types = [
      [20_000, place, 'color', 'e', 0, 0, 0, 20_001],
      [20_001, place, '_color', 'b', 0, 20_000, 0, 0],
      [20_002, place, 'kept', 'c', 0, 0, 20_010, 20_003],
      [20_003, place, '_kept', 'b', 0, 20_002, 0, 0],
    ]
    const columns = [['id', 1, 20_000, '', false]]
    const relations = [[20_010, place, 'kept', 'r', 'p', 20_002, false, columns, 0]]
    const comparisons = [
      [20_001, 20_021],
      [20_002, 20_022],
      [20_003, 20_023],
    ]
    const rows = { schemas: [[place, 'public', 'o', null]], types, relations, comparisons }
    const catalog = buildCatalog(buildBuiltins(builtinText), JSON.stringify(rows))
    expect(catalog.types.get(20_000)?.comparisons).toEqual([20_021])
    expect(catalog.relation('public', 'kept')?.comparisons.toSorted()).toEqual([20_021, 20_022, 20_023])
  })

  it("knows relations with their columns, users' and the server's", () => {
    const orders = shop.relation('shop', 'orders')
    expect([...(orders?.columns.keys() ?? [])]).toEqual(['id', 'customer_id', 'total', 'note', 'status'])
    expect(orders?.columns.get('total')?.type).toBe(1700)
    expect(shop.relation('pg_catalog', 'pg_class')?.columns.has('relname')).toBe(true)
    expect(shop.relation('shop', 'pg_class')).toBeUndefined()
  })

  it('is not fooled by names that every object has', () => {
    expect(shop.relation('shop', 'constructor')).toBeUndefined()
    expect(shop.routinesNamed('toString')).toEqual([])
    expect(shop.userOperatorsNamed('__proto__')).toEqual([])
  })

  it('knows what views use, columns included', () => {
    const view = shop.relation('shop', 'open_orders')
    const orders = shop.relation('shop', 'orders')
    expect(view?.kind).toBe('view')
    expect(view?.query?.relations).toContain(orders?.id)
    expect(view?.queryColumns.get(orders?.id ?? 0)).toEqual([1, 3, 4, 5])
    expect(routineNames(shop.relation('shop', 'sleepy')?.query?.functions ?? [])).toContain('pg_sleep')
  })

  it('knows triggers, rules, policies, defaults, checks and foreign keys', () => {
    const orders = shop.relation('shop', 'orders')
    expect(orders?.triggers.map(({ name, events }) => [name, [...events].toSorted()])).toEqual([
      ['orders_noted', ['delete', 'insert', 'update']],
    ])
    expect(routineNames(orders?.triggers.map((trigger) => trigger.function) ?? [])).toEqual(['noted'])
    const ruled = shop.relation('shop', 'ruled')?.rules.map(({ event, use }) => [event, [...use.commands]])
    expect(ruled?.toSorted()).toEqual([
      ['delete', ['update']],
      ['insert', ['insert']],
    ])
    const policy = shop.relation('shop', 'guarded')?.policies[0]
    expect([policy?.command, routineNames(policy?.use.functions ?? [])]).toEqual(['*', ['visible']])
    const fallback = shop.relation('shop', 'with_default')?.defaults[0]
    expect(routineNames(fallback?.use.functions ?? [])).toEqual(['secret_default'])
    expect(routineNames(shop.relation('shop', 'lone')?.checks.flatMap(({ functions }) => functions) ?? [])).toEqual([
      'checked',
    ])
    expect(shop.relation('shop', 'customers')?.referencedBy).toMatchObject([
      { from: orders?.id, onDelete: 'cascade', onUpdate: 'cascade', columns: [2], referenced: [1] },
    ])
  })

  it('knows partitions, children and who owns a sequence', () => {
    const events = shop.relation('shop', 'events')
    expect(events?.children.map((id) => shop.relations.get(id)?.name).toSorted()).toEqual([
      'events_2024',
      'events_2025',
    ])
    expect(shop.relation('shop', 'orders_id_seq')?.table).toBe(shop.relation('shop', 'orders')?.id)
    expect(shop.relation('shop', 'tickets')?.table).toBeUndefined()
    const drawn = shop.relation('shop', 'drawn')?.defaults[0]?.use.sequences
    expect(drawn).toEqual([shop.relation('shop', 'tickets')?.id])
  })

  it('knows functions behind types, nested ones too', () => {
    expect(routineNames(shop.type('shop', 'quantity')?.functions ?? [])).toEqual(['checked'])
    expect(routineNames(shop.type('shop', 'pair')?.functions ?? [])).toEqual(['checked'])
    expect(routineNames(shop.type('shop', '_quantity')?.functions ?? [])).toEqual(['checked'])
    expect(shop.type('shop', 'plain_number')?.functions.map((id) => shop.routines.get(id)?.builtin)).toEqual([true])
  })

  it("tells routines of users from the server's", () => {
    expect(shop.userRoutinesNamed('upper').map(({ schema, builtin }) => [schema, builtin])).toEqual([['shop', false]])
    expect(shop.userRoutinesNamed('lower')).toEqual([])
    expect(shop.routinesNamed('lower').every(({ builtin }) => builtin)).toBe(true)
    expect(shop.userCasts.map(({ context }) => context)).toEqual(['explicit', 'explicit'])
    expect(shop.coercesImplicitly(1043, 25)).toBe(true)
    expect(shop.coercesImplicitly(25, 23)).toBe(false)
  })

  it("counts a builtin that was replaced in another language as a user's", () => {
    const replaced = builtinText.replace(/("lower", "f", "i", )"internal"/, '$1"plpgsql"')
    const catalog = buildCatalog(buildBuiltins(replaced), '{}')
    expect(catalog.userRoutinesNamed('lower').length).toBe(1)
  })

  it('knows who may create in a schema', () => {
    expect(shop.schemas.get('shop')?.creators).toEqual(['postgres'])
  })
})

describe('readState', () => {
  const session = ['["pg_catalog","public"]', null, 'a', 'b', ...probedSettings]
  const row: readonly (string | null)[] = ['1:1:', '0.', JSON.stringify(session), null]

  it('names what the probe answered', () => {
    const { state, snapshot, catalogEpoch } = readState(row)
    expect([state.searchPath, state.currentUser, state.sessionUser]).toEqual([['pg_catalog', 'public'], 'a', 'b'])
    expect([state.settings.role, state.settings.row_security, snapshot, catalogEpoch]).toEqual([
      'role',
      'row_security',
      '1:1:',
      '0.',
    ])
  })

  it('gives another epoch when any part of the state differs', () => {
    const epoch = readState(row).stateEpoch
    for (let index = 0; index < session.length; index += 1) {
      const other = session.with(index, index === 0 ? '["pg_catalog"]' : 'other')
      expect(readState(row.with(2, JSON.stringify(other))).stateEpoch).not.toBe(epoch)
    }
  })

  it('takes the catalog to be the same only while nothing ended and ran that may have changed it', () => {
    const before = readState(row.with(0, '8:8:'))
    const since = (
      snapshot: string,
      transaction: string | null = null,
      harmless: readonly string[] = [],
      state: readonly (string | null)[] = session,
    ): unknown =>
      stateSince(readShortAnswer([snapshot, transaction, JSON.stringify(state)]), before, (id) => harmless.includes(id))
    expect(since('8:8:')).toBe(before)
    expect(since('8:8:', null, [], session.with(2, 'c'))).toMatchObject({
      state: { currentUser: 'c' },
      catalogEpoch: '0.',
    })
    expect(since('9:9:')).toBeUndefined()
    expect(since('9:9:', null, ['8'])).toEqual({ ...before, snapshot: '9:9:' })
    expect(since('10:10:', null, ['8'])).toBeUndefined()
    expect(since('8:10:8', null, ['8', '9'])).toMatchObject({ snapshot: '8:10:8' })
    expect(since('8:8:', '8')).toBeUndefined()
    expect(since('8:8:', '8', ['8'])).toBe(before)
    // An older snapshot may show an older catalog.
    expect(since('7:8:7', null, ['7'])).toBeUndefined()
  })

  it('tells when the transaction ended that it was asked in, which no snapshot of its own lists', () => {
    const inside = readState(row.with(0, '8:10:').with(3, '8'))
    expect(inside.transaction).toBe('8')
    const since = (snapshot: string, harmless: readonly string[] = []): unknown =>
      stateSince(readShortAnswer([snapshot, null, row[2] ?? null]), inside, (id) => harmless.includes(id))
    expect([since('10:10:'), since('8:10:')]).toEqual([undefined, undefined])
    expect(since('10:10:', ['8'])).toEqual({ ...inside, snapshot: '10:10:', transaction: undefined })
  })

  it('refuses another answer', () => {
    for (const wrong of [['1'], row.slice(0, 3), row.with(1, null), row.with(2, '["more"]'), row.with(2, '{}')]) {
      expect(() => readState(wrong)).toThrow(TypeError)
    }
    expect(() => readShortAnswer(['1:1:'])).toThrow(TypeError)
    expect(() => readShortAnswer(['1:1:', null, null])).toThrow(TypeError)
  })
})
