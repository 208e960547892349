import { describe, expect, it } from 'vitest'
import { readOnlyBegin } from '../../src/door/begin.js'
import { neverAllowed } from '../../src/door/never-allowed.js'
import { analysisOf } from '../analyzer/support/shop.js'

const writer = { readOnly: false, extended: false }
const reader = { readOnly: true, extended: false }

/** The SQLSTATE of a refusal that no policy can lift, its code when it has none, or undefined. */
async function refusalOf(text: string, surroundings: typeof writer): Promise<string | undefined> {
  const refusal = neverAllowed(await analysisOf(text), surroundings)
  return refusal?.sqlState ?? refusal?.code
}

describe('what no policy can allow', () => {
  it('is COPY FROM STDIN in the extended protocol', async () => {
    const text = 'copy shop.orders from stdin'
    expect(await refusalOf(text, { readOnly: false, extended: true })).toBe('0A000')
    expect(await refusalOf(text, writer)).toBeUndefined()
  })

  it('is a script with a transaction of its own, for a reader', async () => {
    expect(await refusalOf('begin; select 1; commit', reader)).toBe('ERR_DENIED')
    expect(await refusalOf('begin; select 1; commit', writer)).toBeUndefined()
  })

  it.each(['begin read write', 'start transaction isolation level serializable, read write'])(
    'is a transaction that writes, for a reader: %s',
    async (text) => {
      expect(await refusalOf(text, reader)).toBe('ERR_DENIED')
      expect(await refusalOf(text, writer)).toBeUndefined()
    },
  )

  it.each([
    "select set_config('client_encoding', 'latin1', false), id from shop.orders",
    "select set_config('standard_conforming_strings', 'off', true)",
  ])('is a setting that is fixed, set by anything but SET: %s', async (text) => {
    expect(await refusalOf(text, writer)).toBe('0A000')
    expect(await refusalOf(text.replace(/set_config\('\w+'/, "set_config('app.tenant'"), writer)).toBeUndefined()
    expect(await refusalOf("set client_encoding to 'UTF8'", writer)).toBeUndefined()
    expect(await refusalOf("set names 'utf8'", writer)).toBeUndefined()
  })

  it.each([
    'prepare bothkeys_x as select 1',
    'execute bothkeys_x',
    'deallocate bothkeys_x',
    'declare bothkeys_x cursor for select 1',
    'fetch bothkeys_x',
    'close bothkeys_x',
  ])('is a name of the door: %s', async (text) => {
    expect(await refusalOf(text, writer)).toBe('42939')
    expect(await refusalOf(text.replace('bothkeys_x', 'own'), writer)).toBeUndefined()
  })
})

describe('BEGIN of a reader', () => {
  it.each([
    ['begin', 'BEGIN READ ONLY'],
    ['begin isolation level repeatable read', 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY'],
    [
      'begin isolation level serializable, read only, deferrable',
      'BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE',
    ],
  ])('is READ ONLY: %s', async (text, sent) => {
    const { transaction } = await analysisOf(text)
    expect(transaction && readOnlyBegin(transaction)).toBe(sent)
  })
})
