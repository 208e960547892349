import type { Session } from '@bothkeys/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { message } from '../../src/door/messages.js'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { writing } from './support/policy.js'
import { bind, errorField, errors, execute, extended, flush, parse, query, rows, sync, Wire } from './support/wire.js'

const deep = 10_000
const long = 10 * 1024 * 1024
/** How long any of these may take on a busy machine, in milliseconds. */
const patienceMs = 60_000

describe('hostile statements', () => {
  let on: Governed
  let session: Session
  let wire: Wire

  beforeAll(async () => {
    on = await governed({ seed: 'create table t (a int); insert into t values (1)', allow: writing })
  })

  beforeEach(async () => {
    session = await on.session()
    wire = await Wire.open(on.target, session)
    await wire.ask(query('select a from t'))
  })

  afterAll(() => on.close())

  const expectUsable = async (): Promise<void> => {
    const started = performance.now()
    expect(rows(await wire.ask(query('select a from t')))).toHaveLength(1)
    expect(rows(await wire.ask(extended('select a from t'), sync))).toHaveLength(1)
    expect(performance.now() - started).toBeLessThan(patienceMs)
  }

  it.each<[string, string]>([
    ['nested parentheses', `select ${'('.repeat(deep)}1${')'.repeat(deep)}`],
    ['nested NOT', `select ${'not '.repeat(deep)}true`],
    ['nested CASE', `select ${'case when true then '.repeat(deep)}1${' end'.repeat(deep)}`],
    ['nested subqueries', `select ${'(select '.repeat(deep)}1${')'.repeat(deep)}`],
    ['nested arrays', `select ${'array['.repeat(deep)}1${']'.repeat(deep)}`],
    ['nested calls', `select ${'abs('.repeat(deep)}1${')'.repeat(deep)}`],
    ['nested comments', `${'/*'.repeat(deep)} select 1`],
    ['a comment without end', `/*${'x'.repeat(200_000)}`],
    ['a string without end', `select '${'x'.repeat(200_000)}`],
    ['a dollar quote without end', `select $tag$${'x'.repeat(200_000)}`],
    ['a sum of many terms', `select ${'1+'.repeat(20_000)}1`],
    ['many casts', `select 1${'::int'.repeat(10_000)}`],
    ['many unions', `${'select 1 union '.repeat(10_000)}select 1`],
    ['many joins', `select 1 from t ${'cross join t '.repeat(5_000)}`],
    ['many statements', 'select 1;'.repeat(25_000)],
    ['a text of 10 MB', `select '${'x'.repeat(long)}'`],
    ['a list of 10 MB', `select a from t where a in (${'1,'.repeat(long / 2)}1)`],
    ['ten million blanks', ' '.repeat(long)],
    [
      'many parameters in the text',
      `select ${Array.from({ length: 30_000 }, (_, index) => `$${String(index + 1)}`).join()}`,
    ],
  ])(
    'get an answer in bounded time, and the next one works: %s',
    async (_what, text) => {
      for (const statement of [query(text), Buffer.concat([extended(text), sync])]) {
        const started = performance.now()
        const answer = await wire.ask(statement)
        expect(performance.now() - started).toBeLessThan(patienceMs)
        expect(wire.over).toBe(false)
        for (const code of errors(answer)) {
          expect(code).toMatch(/^(42601|42501|42P01|42712|54001|54011|0A000|08P01|57014|53200|42P18|42P02)$/)
        }
        if (errors(answer).length > 0 && errorField(answer, 'R') === 'bothkeys') {
          expect(errorField(answer, 'H')?.length).toBeGreaterThan(5)
          expect(errorField(answer, 'M')?.length).toBeLessThan(2_000)
        }
      }
      await expectUsable()
      await wire.end()
    },
    300_000,
  )

  it.each<[string, Buffer]>([
    ['in a query', message('Q', Buffer.from([0x73, 0xc3, 0x28, 0]))],
    ['in a literal', message('Q', Buffer.concat([Buffer.from("select '"), Buffer.from([0xff]), Buffer.from("'\0")]))],
    ['cut short', message('Q', Buffer.from([0xf0, 0x9f, 0x98, 0]))],
    ['too long for a character', message('Q', Buffer.from([0xc0, 0x80, 0]))],
    ['a surrogate', message('Q', Buffer.from([0xed, 0xa0, 0x80, 0]))],
  ])('that are no UTF-8 are refused: %s', async (_what, bytes) => {
    const answer = await wire.ask(bytes)
    expect([errors(answer), errorField(answer, 'D')]).toEqual([['42601'], 'ERR_STATEMENT_INVALID'])
    await expectUsable()
    await wire.end()
  })

  it('do not stop the process when they are a flood of small messages', async () => {
    const started = performance.now()
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
    }, 10)
    wire.send(Buffer.concat(Array.from({ length: 400_000 }, () => flush)), sync)
    await wire.ready()
    wire.send(...Array.from({ length: 20_000 }, () => sync))
    for (let answered = 0; answered < 20_000; answered++) await wire.ready()
    clearInterval(timer)
    expect(performance.now() - started).toBeLessThan(150_000)
    expect(turns).toBeGreaterThan(5)
    await expectUsable()
    await wire.end()
  }, 300_000)

  it('do not pile up when each is refused', async () => {
    const before = on.journal.events.length
    for (let count = 0; count < 500; count++) {
      expect(errors(await wire.ask(query('drop table t')))).toEqual(['42501'])
    }
    expect(on.journal.events.length - before).toBeLessThan(12)
    await expectUsable()
    await wire.end()
  }, 300_000)

  it('do not pile up statements and portals that were never run', async () => {
    const batch: Buffer[] = []
    for (let count = 0; count < 2_000; count++) batch.push(parse(`s${String(count)}`, 'select a from t'))
    expect(errors(await wire.ask(...batch, sync))).toEqual([])
    await wire.ask(query('begin'))
    for (let count = 0; count < 500; count++) {
      wire.send(bind(`p${String(count)}`, 's1'), execute(`p${String(count)}`, 1))
    }
    expect(errors(await wire.ask(sync))).toEqual([])
    await wire.ask(query('rollback'))
    await expectUsable()
    await wire.end()
  }, 300_000)
})
