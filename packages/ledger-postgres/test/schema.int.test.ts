import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ledgerSchema, postgresLedger } from '../src/index.js'
import type { Stage } from './support/stage.js'
import { stage } from './support/stage.js'

const invalid = expect.objectContaining({ code: 'ERR_CONFIG_INVALID' })

let on: Stage
beforeAll(async () => {
  on = await stage()
})
afterAll(() => on.close())

describe('the schema of a ledger', () => {
  it('is made once by processes that start at once', async () => {
    const schema = on.schema()
    const ledgers = await Promise.all(Array.from({ length: 8 }, () => on.open(schema, { maxConnections: 1 })))
    expect(await ledgers[0]!.commit([{ key: 'a', expectedVersion: 0, value: 'one' }])).toBe(true)
    expect((await ledgers[7]!.get('a')).value).toBe('one')
  })

  it('is not made when it shall not be, and can be rolled out by hand', async () => {
    const schema = on.schema()
    await expect(on.open(schema, { create: false })).rejects.toEqual(invalid)
    await on.owner.query(ledgerSchema(schema))
    expect((await (await on.open(schema, { create: false })).get('a')).version).toBe(0)
  })

  it('is refused when another version made it', async () => {
    const schema = on.schema()
    await on.open(schema)
    await on.owner.query(`update ${schema}.layout set version = version + 1`)
    await expect(on.open(schema)).rejects.toEqual(invalid)
    await on.owner.query(`delete from ${schema}.layout`)
    await expect(on.open(schema)).rejects.toEqual(invalid)
  })

  it('has a name that needs no quotes', async () => {
    for (const schema of ['', 'Upper', 'a b', 'a"b', "a'b", 'a;drop', 'pg_catalog', 'ä', 'x'.repeat(64)]) {
      await expect(on.open(schema)).rejects.toEqual(invalid)
      expect(() => ledgerSchema(schema)).toThrow(invalid)
    }
  })

  it('is refused in a database that does not store UTF-8', async () => {
    const admin = new pg.Client(on.superuserUrl)
    await admin.connect()
    const name = `ascii_${String(process.pid)}`
    await admin.query(`create database ${name} template template0 encoding 'SQL_ASCII' locale 'C'`)
    try {
      const url = new URL(on.superuserUrl)
      url.pathname = name
      await expect(postgresLedger({ connection: { connectionString: url.href } })).rejects.toEqual(invalid)
    } finally {
      await admin.query(`drop database ${name} (force)`)
      await admin.end()
    }
  })
})

describe('the options of a ledger', () => {
  it('are checked', async () => {
    for (const wrong of [{ timeoutMs: 0 }, { timeoutMs: Number.NaN }, { maxConnections: 1.5 }, { maxEntries: -1 }]) {
      await expect(on.open('some', wrong)).rejects.toEqual(invalid)
    }
  })

  it('leave options and timeouts of the connection to the ledger', async () => {
    const joint = on.url.includes('?') ? '&' : '?'
    for (const more of [
      'options=-c%20a%3Db',
      'o%70tions=',
      'lock_time\tout=0',
      'a=b&query_timeout=1',
      'statement_timeout',
    ]) {
      const connectionString = `${on.url}${joint}${more}`
      await expect(on.open('some', { connection: { connectionString } })).rejects.toEqual(invalid)
    }
    const connection = { connectionString: on.url, idle_in_transaction_session_timeout: 0 }
    await expect(on.open('some', { connection })).rejects.toEqual(invalid)
  })
})

describe('a commit', () => {
  const commit = (schema: string): string =>
    `select * from ${schema}.commit('{a}', '{0}', '{"1"}', '{null}', 0, 1, 10, false)`

  it('is refused where it would not see what others committed', async () => {
    const schema = on.schema()
    await on.open(schema)
    for (const level of ['repeatable read', 'serializable']) {
      await on.owner.query(`begin isolation level ${level}`)
      await expect(on.owner.query(commit(schema))).rejects.toThrow('sees nothing new')
      await on.owner.query('rollback')
    }
  })

  it('is refused where the server could lose it', async () => {
    const schema = on.schema()
    await on.open(schema)
    for (const level of ['off', 'local']) {
      await on.owner.query(`begin; set local synchronous_commit = ${level}`)
      await expect(on.owner.query(commit(schema))).rejects.toThrow('must not be lost')
      await on.owner.query('rollback')
    }
  })

  it('is refused at a time that is none, and leaves the time as it was', async () => {
    const schema = on.schema()
    const ledger = await on.open(schema)
    for (const ms of ['NaN', 'Infinity']) {
      await expect(on.owner.query(`select ${schema}.now_ms('${ms}', 0)`)).rejects.toThrow('cannot be')
    }
    expect(await ledger.nowMs()).toBeLessThan(Date.now() + 60_000)
  })

  it('works in a database whose own settings are others', async () => {
    const schema = on.schema()
    const { rows } = await on.owner.query<{ name: string }>('select current_database() as name')
    const set = (what: string): Promise<unknown> => on.owner.query(`alter database ${rows[0]!.name} ${what}`)
    await set('set default_transaction_isolation = serializable')
    await set('set default_transaction_read_only = on')
    await set('set synchronous_commit = off')
    await set('set search_path = nowhere')
    try {
      const ledger = await on.open(schema)
      expect(await ledger.commit([{ key: 'a', expectedVersion: 0, value: 1 }])).toBe(true)
      expect((await ledger.get('a')).value).toBe(1)
    } finally {
      await set('reset all')
    }
  })
})
