import { setTimeout as sleep } from 'node:timers/promises'
import type { Session } from '@bothkeys/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { errorResponse, parameterStatus } from '../../src/door/messages.js'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { Gate, TestJournal } from './support/journals.js'
import { allButDelete } from './support/policy.js'
import { proxy, textsRun } from './support/proxy.js'
import { errorField, errors, extended, query, rows, sync, types, Wire } from './support/wire.js'

const read = 'select a from t'
const insert = 'insert into t values (9)'
const broken = (): never => {
  throw new Error('disk full')
}

const between = proxy()
const journal = new TestJournal()
let on: Governed
let session: Session
let wire: Wire

/** A guard whose journal the tests meddle with, and which waits so long for it. */
function stage(deadlineMs: number): void {
  const unhandled: unknown[] = []
  const note = (error: unknown): void => {
    unhandled.push(error)
  }

  beforeAll(async () => {
    process.on('unhandledRejection', note)
    on = await governed({
      seed: 'create table t (a int)',
      allow: allButDelete,
      reach: between.reach,
      journal: journal.around,
      deadlineMs,
    })
  })

  beforeEach(async () => {
    await on.owner.query('truncate t; insert into t values (1), (2)')
    session = await on.session()
    wire = await Wire.open(on.target, session)
    await wire.ask(query(read))
  })

  afterEach(async () => {
    journal.reset()
    await wire.end()
    await sleep(20)
    expect(unhandled).toEqual([])
  })

  afterAll(async () => {
    process.off('unhandledRejection', note)
    await on.close()
    await between.close()
  })
}

const recorded = (): string[] =>
  on.journal.events.filter((event) => event.session === session.id).map((event) => event.type)

const stored = async (): Promise<number> => (await on.owner.query(read)).rowCount ?? 0

/** Whatever comes of the intent, and with this code. */
async function expectNotRun(fate: () => never | Promise<never>, code: string): Promise<void> {
  journal.on('action.intent', fate)
  for (const message of [query(insert), Buffer.concat([extended(insert), sync]), query(read)]) {
    const answer = await wire.ask(message)
    expect([errors(answer), errorField(answer, 'D')]).toEqual([[code === 'ERR_DEADLINE' ? '57014' : '58030'], code])
  }
  expect(await stored()).toBe(2)
  expect(textsRun(between.connections.at(-1)!)).not.toContain(insert)
  journal.reset()
  for (const message of [query(insert), Buffer.concat([extended(insert), sync])]) await wire.ask(message)
  expect(textsRun(between.connections.at(-1)!).filter((text) => text === insert)).toHaveLength(2)
}

/** Whatever comes of the outcome. */
async function expectNoLastAnswer(fate: () => never | Promise<never>): Promise<void> {
  const idle = await Wire.open(on.target, session)
  journal.on('action.outcome', fate)
  const answer = await wire.ask(query(insert))
  expect([types(answer), errorField(answer, 'S')]).toEqual(['CE', 'FATAL'])
  expect(errorField(answer, 'D')).toBe('ERR_OUTCOME_UNRECORDED')
  expect(errorField(answer, 'M')).toContain('its outcome could not be recorded')
  expect(errorField(await idle.ready(), 'D')).toBe('ERR_OUTCOME_UNRECORDED')
  journal.reset()
  expect(await stored()).toBe(3)
  expect(rows(await (await Wire.open(on.target, await on.session())).ask(query(read)))).toHaveLength(3)
}

const failing: readonly [string, () => never | Promise<never>][] = [
  ['throws', broken],
  ['rejects', () => Promise.reject(new Error('disk full'))],
]

describe('the record of a statement that fails', () => {
  stage(30_000)

  it.each(failing)('keeps it from running when the intent %s', async (_what, fate) => {
    await expectNotRun(fate, 'ERR_JOURNAL_UNAVAILABLE')
  })

  it('asks the server nothing more for a statement whose intent failed', async () => {
    const connection = between.connections.at(-1)!
    for (const message of [query(insert), Buffer.concat([extended(insert), sync])]) {
      // Something is committed meanwhile: the look at the catalog would go on with a second question.
      await on.owner.query('insert into t values (3)')
      journal.on('action.intent', () => {
        connection.hold(true)
        setTimeout(() => connection.hold(false), 50)
        return Promise.reject(new Error('disk full'))
      })
      const before = connection.sent.length
      expect(errorField(await wire.ask(message), 'D')).toBe('ERR_JOURNAL_UNAVAILABLE')
      await sleep(50)
      const sent = connection.sent
        .slice(before)
        .map(({ type }) => type)
        .join('')
      expect(sent).toMatch(/S$/)
      expect(sent.match(/S/g)).toHaveLength(1)
      journal.reset()
      expect(types(await wire.ask(query(read)))).toMatch(/CZ$/)
    }
  })

  it.each(failing)('ends the session without a last answer when the journal %s on the outcome', async (_what, fate) => {
    await expectNoLastAnswer(fate)
  })
})

describe('the record of a statement that never comes', () => {
  stage(3_000)
  const hangs = (): Promise<never> => new Promise<never>(() => undefined)

  it('keeps it from running when the intent hangs', async () => {
    await expectNotRun(hangs, 'ERR_DEADLINE')
  })

  it('does not let it run when the intent comes too late', async () => {
    const gate = new Gate()
    journal.on('action.intent', (record) => gate.opened.then(record))
    expect(errors(await wire.ask(query(insert)))).toEqual(['57014'])
    gate.open()
    await sleep(50)
    expect(await stored()).toBe(2)
    expect(textsRun(between.connections.at(-1)!)).not.toContain(insert)
  })

  it('ends the session without a last answer when the journal hangs on the outcome', async () => {
    await expectNoLastAnswer(hangs)
  })
})

describe('the record of a statement that comes late', () => {
  stage(30_000)

  it('holds the last answer back until the outcome is written', async () => {
    for (const [message, answer] of [
      [query(read), 'TDDCZ'],
      [Buffer.concat([extended(read), sync]), '12DDCZ'],
    ] as const) {
      const gate = new Gate()
      journal.on('action.outcome', (record) => gate.opened.then(record))
      wire.send(message)
      expect(types(await wire.until('C'))).toBe(answer.slice(0, -1))
      const before = recorded().length
      await sleep(50)
      expect(wire.drain()).toEqual([])
      gate.open()
      expect(types(await wire.ready())).toBe('Z')
      expect(recorded().slice(before)).toEqual(['action.outcome'])
    }
  })

  it('is on record in order when the journal answers late', async () => {
    journal.append = async (_event, record) => {
      await sleep(5)
      return record()
    }
    wire.send(query(insert), extended(read), sync, query('select 1'))
    for (let answers = 0; answers < 3; answers++) expect(errors(await wire.ready())).toEqual([])
    expect(recorded().slice(-6)).toEqual(Array.from({ length: 3 }, () => ['action.intent', 'action.outcome']).flat())
  })

  it('does no harm to the process when it fails for a client that is gone', async () => {
    for (const fate of [broken, () => Promise.reject(new Error('disk full'))]) {
      const one = await Wire.open(on.target, await on.session())
      one.send(query(`select pg_sleep(60)`))
      await vi.waitFor(async () => {
        const sleeping = `select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`
        expect((await on.owner.query(sleeping)).rowCount).toBe(1)
      })
      journal.on('action.outcome', fate)
      await one.end()
      await sleep(150)
      journal.reset()
    }
  })

  it.each<[string, Buffer]>([
    ['the server ends the connection', errorResponse({ S: 'FATAL', V: 'FATAL', C: '57P01', M: 'shutting down' })],
    ['a setting is poisoned', parameterStatus('standard_conforming_strings', 'off')],
    ['the server breaks the protocol', Buffer.from('Z\0\0\0\x05I')],
    ['the server sends nonsense', Buffer.from([0x5a, 0, 0, 0, 0, 0])],
  ])('does no harm to the process when %s while an outcome is being written', async (_what, bytes) => {
    const gate = new Gate()
    journal.on('action.outcome', (record) => gate.opened.then(record))
    wire.send(query(read))
    expect(types(await wire.until('C'))).toBe('TDDC')
    between.connections.at(-1)?.inject(bytes)
    await sleep(50)
    gate.open()
    const answer = await wire.ready()
    expect(types(answer)).toBe('Z')
    expect(errorField(await wire.ready(), 'S')).toBe('FATAL')
  })
})
