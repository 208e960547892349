import { openStage, type Stage } from '@bothkeys/agent-stage'
import { BothKeysError, type Session } from '@bothkeys/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CallContext, sqlTools, type SqlToolsOptions, tellAgent } from '../../src/index.js'

let stage: Stage
let session: Session
beforeEach(async () => {
  stage = await openStage()
  session = await stage.session()
})
afterEach(() => stage.close())

/** Asks one set of tools, as a model would. */
function toolsOf(options: SqlToolsOptions = {}) {
  const tools = sqlTools(session, stage.orders, options)
  return async (name: string, input: object, context: Partial<CallContext> = {}): Promise<string> => {
    const tool = tools.find((each) => each.name === name)
    if (tool === undefined) throw new Error(`no tool ${name}`)
    try {
      return await tool.run(tool.schema.parse(input), { signal: new AbortController().signal, ...context })
    } catch (error) {
      return tellAgent(error)
    }
  }
}

const statuses = async (): Promise<string[]> =>
  [...new Set((await stage.orders_()).map(({ status }) => status))].toSorted()
const closeAll = { sql: "UPDATE orders SET status = 'closed'" }

describe('what is shown of a result', () => {
  it('is all of it where it fits, and how many rows it has', async () => {
    const ask = toolsOf({ rows: 2 })
    expect(await ask('query', { sql: 'SELECT * FROM orders WHERE id <= 2 ORDER BY id' })).toBe(
      '[{"id":1,"status":"open"},\n{"id":2,"status":"open"}]\nSELECT: 2 rows',
    )
    expect(await ask('query', { sql: 'SELECT * FROM orders WHERE id < 0' })).toBe('SELECT: 0 rows')
    expect(await ask('query', closeAll)).toBe('UPDATE: 100 rows')
  })

  it('is as many rows as it may be, and it says that there are more', async () => {
    const answer = await toolsOf({ rows: 2 })('query', { sql: 'SELECT * FROM orders ORDER BY id' })
    expect(answer).toMatch(/\nTRUNCATED: the result has more than 2 rows\. /)
    expect(answer.match(/"id":/g)).toHaveLength(2)
    const many = await toolsOf({ rows: 70 })('query', { sql: 'SELECT id FROM orders ORDER BY id' })
    expect(many.match(/"id":/g)).toHaveLength(70)
    expect(many).toContain('TRUNCATED: the result has more than 70 rows')
  })

  it('is as many characters as it may be, and it says that there are more', async () => {
    const row = '{"id":1,"status":"open"}'.length
    const sql = 'SELECT * FROM orders WHERE id <= 2 ORDER BY id'
    expect(await toolsOf({ characters: 2 * row })('query', { sql })).toContain('SELECT: 2 rows')
    const cut = await toolsOf({ characters: 2 * row - 1 })('query', { sql })
    expect(cut).toMatch(new RegExp(`TRUNCATED: the result has more than ${String(2 * row - 1)} characters`))
    expect(cut.match(/"id":/g)).toHaveLength(1)
    const wide = await toolsOf({ characters: 100 })('query', { sql: "SELECT repeat('x', 1000000)" })
    expect(wide).toMatch(/^TRUNCATED: the result has more than 100 characters/)
  })

  it('says of every tool what it leaves out', async () => {
    const ask = toolsOf({ rows: 1, prefix: 'shop' })
    for (const [name, input] of [
      ['shop_query', { sql: 'SELECT * FROM orders' }],
      ['shop_explain', { sql: 'SELECT * FROM orders WHERE status > $1 ORDER BY status', parameters: ['a'] }],
      ['shop_describe_schema', { table: 'orders' }],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- One by one.
      expect(await ask(name, input)).toContain('TRUNCATED: the result has more than 1 rows')
    }
  })

  it('is every number as the server has it', async () => {
    await stage.owner.query('CREATE TABLE public.numbers (n numeric, j json, b bool, f float8)')
    await stage.owner.query(
      `INSERT INTO numbers VALUES (12345678901234567890.10, '{"n": 12345678901234567890}', true, 0.1),
        (1, '{"n": 1e400}', false, 'NaN'), (2, '{"n": [1.5, "a", null]}', null, 1e300)`,
    )
    await stage.owner.query('ALTER TABLE log ADD n numeric, ADD j json, ADD b bool, ADD f float8')
    await stage.owner.query("INSERT INTO log SELECT 'x', n, j, b, f FROM numbers")
    const answer = await toolsOf()('query', { sql: 'SELECT n, j, b, f FROM log ORDER BY n' })
    expect(answer).toBe(
      [
        '[{"n":"1","j":"{\\"n\\": 1e400}","b":false,"f":"NaN"},',
        '{"n":"2","j":{"n":[1.5,"a",null]},"b":null,"f":1e+300},',
        '{"n":"12345678901234567890.10","j":"{\\"n\\": 12345678901234567890}","b":true,"f":0.1}]',
        'SELECT: 3 rows',
      ].join('\n'),
    )
  })

  it('is short where the server fails with a long value', async () => {
    const answer = await toolsOf()('query', { sql: "SELECT CAST(repeat('x', 100000) AS int)" })
    expect(answer).toMatch(/^(?:Failed|Not done)/)
    expect(answer.length).toBeLessThan(2_200)
  })
})

describe('statements of the tools', () => {
  it('say what was wrong, and nothing of a refusal runs', async () => {
    const ask = toolsOf()
    expect(await ask('query', { sql: 'SELECT nothing FROM orders' })).toMatch(/^Failed: .*\(SQLSTATE 42703\)/)
    expect(await ask('query', { sql: 'DROP TABLE orders' })).toMatch(/^Not done \(ERR_DENIED\)/)
    expect(await stage.orders_()).toHaveLength(100)
  })

  it('are explained without being run', async () => {
    expect(await toolsOf()('explain', { sql: 'UPDATE orders SET status = $1', parameters: ['closed'] })).toContain(
      'Update on',
    )
    expect(await statuses()).toEqual(['open'])
  })

  it('take no value of a parameter that is none', async () => {
    const [query] = sqlTools(session, stage.orders)
    const input = { sql: 'UPDATE orders SET status = $1', parameters: [{ a: 1 }] }
    expect(query?.schema.safeParse(input).success).toBe(false)
    expect(query?.schema.safeParse({ sql: 'SELECT 1', also: 'x' }).success).toBe(false)
    expect(query?.schema.safeParse({ sql: '' }).success).toBe(false)
    expect(query?.schema.safeParse({ sql: 'x'.repeat(100_001) }).success).toBe(false)
  })

  it('leave nothing behind for the next one', async () => {
    const ask = toolsOf()
    await ask('query', { sql: 'BEGIN' })
    expect(await ask('query', closeAll)).toBe('UPDATE: 100 rows')
    expect(await statuses()).toEqual(['closed'])
  })

  it('go on beside as many as may wait for people', async () => {
    const ask = toolsOf()
    const leaving = Array.from({ length: 20 }, () => new AbortController())
    const deletion = (id: number, signal = new AbortController().signal) =>
      ask('query', { sql: `DELETE FROM orders WHERE id = ${String(id)}` }, { signal })
    const waiting = leaving.map(({ signal }, at) => deletion(at + 1, signal))
    await expect.poll(() => stage.people.requests.length).toBe(20)
    expect(await deletion(21)).toMatch(/^Not done \(ERR_LIMIT_EXCEEDED\)/)
    let count = ''
    void ask('query', { sql: 'SELECT count(*) FROM orders' }).then((answer) => {
      count = answer
    })
    await expect.poll(() => count).toContain('"count":"100"')
    for (const each of leaving) each.abort()
    for (const answer of await Promise.all(waiting)) expect(answer).toMatch(/^Not done \(ERR_/)
    expect(await stage.orders_()).toHaveLength(100)
  })

  it('are not sent for somebody who left before, or while a connection was made', async () => {
    const ask = toolsOf()
    await expect(
      sqlTools(session, stage.orders)[0]?.run(closeAll, { signal: AbortSignal.abort(new Error('left')) }),
    ).rejects.toThrow('left')
    const leaving = new AbortController()
    const asking = ask('query', closeAll, { signal: leaving.signal })
    leaving.abort(new BothKeysError('ERR_ABORTED', 'nobody waits'))
    expect(await asking).toMatch(/^Not done \(ERR_ABORTED\)/)
    expect(await statuses()).toEqual(['open'])
    expect(JSON.stringify(stage.journal.events)).not.toContain('action.intent')
    // Its connection is free for others.
    expect(await ask('query', closeAll)).toBe('UPDATE: 100 rows')
  })

  it('are withdrawn when nobody waits any more', async () => {
    const ask = toolsOf()
    const leaving = new AbortController()
    const asking = ask('query', { sql: 'DELETE FROM orders' }, { signal: leaving.signal })
    await expect.poll(() => stage.people.requests.length).toBe(1)
    let told = ''
    void asking.then((answer) => {
      told = answer
    })
    leaving.abort()
    await expect.poll(() => told).toMatch(/^Not done \(ERR_/)
    await stage.people.say('allow', stage.people.requests[0])
    expect(await stage.orders_()).toHaveLength(100)
  })

  it('say that they wait, each to its own caller', async () => {
    const ask = toolsOf()
    const held: string[] = []
    const deletion = (id: number, context: Partial<CallContext> = {}) =>
      ask('query', { sql: `DELETE FROM orders WHERE id = ${String(id)}` }, context)
    const one = deletion(1, { onHeld: ({ requestId }) => void held.push(requestId) })
    await expect.poll(() => held.length).toBe(1)
    expect(held).toEqual([stage.people.requests[0]?.id])
    await stage.people.say('allow', stage.people.requests[0])
    expect(await one).toBe('DELETE: 1 rows')
    const other = deletion(2)
    await expect.poll(() => stage.people.requests.length).toBe(2)
    await stage.people.say('deny', stage.people.requests[1])
    expect(await other).toContain('ERR_APPROVAL_DENIED')
    expect(held).toHaveLength(1)
  })

  it('do not run longer than they may, and waiting for people does not count', async () => {
    const ask = toolsOf({ timeoutMs: 2_000 })
    const sql = 'SELECT count(*) FROM orders a, orders b, orders c, orders d, orders e'
    expect(await ask('query', { sql })).toContain('SQLSTATE 57014')
    const asking = ask('query', { sql: 'DELETE FROM orders WHERE id = 7' })
    await expect.poll(() => stage.people.requests.length).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 2_400))
    await stage.people.say('allow', stage.people.requests[0])
    expect(await asking).toBe('DELETE: 1 rows')
  })
})

describe('the tools for a database', () => {
  it('are not made with a wrong option', () => {
    const wrong: readonly SqlToolsOptions[] = [
      ...[0, 1.5, -1, NaN, Infinity, 10_000_001].flatMap((n) => [{ rows: n }, { characters: n }, { timeoutMs: n }]),
      ...['', '1a', 'a b', 'a'.repeat(41)].map((prefix) => ({ prefix })),
    ]
    for (const options of wrong) {
      expect(() => sqlTools(session, stage.orders, options)).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }),
      )
    }
  })

  it('say what they are for and how much they show', () => {
    const [query, schema, explain] = sqlTools(session, stage.orders, { rows: 7, characters: 123 })
    expect([query, schema, explain].map((tool) => tool?.name)).toEqual(['query', 'describe_schema', 'explain'])
    for (const tool of [query, schema, explain]) expect(tool?.description).toContain('"orders"')
    expect(query?.description).toContain('At most 7 rows or 123 characters')
  })

  it('show the columns of a schema, or of one table', async () => {
    const ask = toolsOf()
    expect(await ask('describe_schema', {})).toContain('"table_name":"users"')
    const one = await ask('describe_schema', { table: 'orders' })
    expect(one).toContain('"column_name":"status"')
    expect(one).not.toContain('users')
    expect(await ask('describe_schema', { schema: "public' OR true --" })).toBe('SELECT: 0 rows')
  })
})
