import { inspect } from 'node:util'
import type { ApprovalRequest, Approver } from '@bothkeys/core'
import { readRequest, requestEnvelope } from '@bothkeys/core/relay'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Governed, governed } from '../support/governed.js'
import { CanarySearch } from './support/canary-search.js'

const seed = `
create table users (id integer primary key, email text, name text, loud text generated always as (upper(email)) stored);
create table orders (id integer primary key, note text) ;
create table accounts (id integer, raw text, loud text generated always as (upper(raw)) stored);
create view contacts as select id, email as address from users;
create table logs (at integer, email text) partition by list (at);
create table logs_1 partition of logs for values in (1);
create function changes(text) returns void language plpgsql as $$ begin perform $1; end $$;
insert into users (id, email, name) values (1, 'ada@example.com', 'ada');
`

const canary = 'qvxzkjwhpb'
const canaries = new CanarySearch([canary])
const literal = `${canary}@example.com`

/** Looks at what is asked and says no. */
class Looking implements Approver {
  readonly name = 'looks'
  readonly level = 'asserted'
  asked: ApprovalRequest | undefined

  latest(): ApprovalRequest | undefined {
    return this.asked
  }

  ask(request: ApprovalRequest): Promise<void> {
    this.asked = request
    return Promise.reject(new Error('nobody is there'))
  }
}

const held = { target: 'db', require: [{ stage: 'peer', count: 1, role: 'dba' }], ttl: '1m', level: 'asserted' }

describe('what approvers see of an action at a real server', () => {
  const approver = new Looking()
  const observed: unknown[] = []
  let on: Governed
  let pool: pg.Pool

  beforeAll(async () => {
    on = await governed({
      seed,
      allow: [{ target: 'db', duty: ['read', 'write', 'delete', 'define', 'execute', 'session', 'opaque'] }],
      hold: ['read', 'write', 'delete', 'define', 'execute', 'opaque'].map((duty) => ({
        ...held,
        id: `held-${duty}`,
        duty,
      })),
      approvers: [approver],
      policy: {
        mask: [
          {
            id: 'pii',
            target: 'db',
            columns: ['public.users.email', 'public.users.loud', 'public.logs_1.email', 'public.accounts.loud'],
            with: 'redact',
            lookup: { distinct: '500/h' },
          },
        ],
      },
    })
    for (const name of ['held', 'denied', 'failure', 'settled', 'permitted'] as const) {
      on.guard.on(name, (event: unknown) => observed.push(event))
    }
    pool = on.target.pool(await on.session(), { max: 1 })
  })

  beforeEach(() => {
    approver.asked = undefined
    observed.length = 0
  })

  afterAll(async () => {
    await pool.end()
    await on.close()
  })

  async function asked(text: string, values: readonly unknown[] = []): Promise<ApprovalRequest> {
    const answer: unknown = await pool.query({ text, values: [...values] }).catch((error: unknown) => error)
    if (approver.asked === undefined) throw new Error(`nobody was asked: ${inspect(answer)}`)
    const said = inspect([on.journal.events, observed, answer], { depth: 20, maxStringLength: null })
    expect(canaries.find(Buffer.from(said))).toBeUndefined()
    return approver.asked
  }

  /** All that may get to a screen or a log, here and at a relay; what a relay is sent has it in the exact action alone. */
  function seen(request: ApprovalRequest): Buffer {
    const envelope = requestEnvelope(request)
    const { exact: _exact, ...others } = JSON.parse(envelope) as Record<string, unknown>
    const read = readRequest(envelope)
    expect(read.view).toEqual(request.view)
    const shown = [request, read].map(
      (each) => inspect(each, { depth: 20, maxStringLength: null }) + JSON.stringify(each),
    )
    return Buffer.from(JSON.stringify([shown, others, request.view.text, read.view.text]))
  }

  it.each<[string, string, readonly unknown[]]>([
    ['a parameter that is written', 'update users set email = $1 where id = 1', [literal]],
    ['a literal that is written', `update users set email = '${literal}' where id = 1`, []],
    ['a comment beside it', `update users set email = 'x' where id = 1 -- ${literal}`, []],
    ['what is inserted', `insert into users (id, email) values (7, '${literal}')`, []],
    ['what is inserted without columns', `insert into users values (7, $1, 'x')`, [literal]],
    ['what is written to a partition', `insert into logs values (1, '${literal}')`, []],
    ['what another column is made of', `update users set email = '${literal}'`, []],
    ['what a masked column is generated from', `insert into accounts (id, raw) values (1, '${literal}')`, []],
    ['one that a call makes another of', `insert into accounts (id, raw) values (1, upper('${literal}'))`, []],
    ['a dollar-quoted literal', `update users set email = $q$${literal}$q$ where id = 1`, []],
    ['an escaped literal', `update users set email = E'\\x71${literal.slice(1)}' where id = 1`, []],
    [
      'a value of a merge',
      `merge into users u using (values (1, '${literal}')) v (id, e) on u.id = v.id when matched then update set email = v.e`,
      [],
    ],
    ['a value that is looked up', `select id from users where email = $1`, [literal]],
    ['a literal that is looked up', `select id from users where email in ('${literal}', 'x')`, []],
    ['a value beside one that is given back', `select email || '${literal}' from users`, []],
    ['a default of the column', `alter table users alter email set default '${literal}'`, []],
    ['a default of a table with that partition', `alter table logs alter email set default '${literal}'`, []],
    ['a default of a view', `alter view contacts alter column address set default '${literal}'`, []],
    ['a view over the column', `create view found as select id from users where email = '${literal}'`, []],
    ['a stored view', `create materialized view found as select id from users where email = '${literal}'`, []],
    ['a function', `create function f() returns integer language sql as $$ select 1 where '${literal}' = '' $$`, []],
    ['a child of the table', `create table more (check (email <> '${literal}')) inherits (users)`, []],
    ['a check of a domain', `create domain d as text check (value <> '${literal}')`, []],
    ['one of several statements', `update orders set note = 'x'; update users set email = '${literal}'`, []],
  ])('is not %s', async (_what, text, values) => {
    const request = await asked(text, values)
    expect(Buffer.from(request.exact).includes(Buffer.from(canary.slice(1)))).toBe(true)
    expect(canaries.find(seen(request))).toBeUndefined()
    expect(request.view).toMatchObject({ complete: false, masked: true })
    expect(request.view.text).toContain('by pii')
  })

  it.each<[string, string, readonly unknown[], string, string]>([
    [
      'which row is changed',
      `update users set email = '${literal}', name = 'grace' where id = 7`,
      [],
      `update users set email = [masked], name = 'grace' where id = 7`,
      'none',
    ],
    [
      'the parameter that meets another column',
      'update users set email = $1 where id = $2',
      [literal, '7'],
      'update users set email = $1 where id = $2',
      '["[masked]",[0,"7"]]',
    ],
    [
      'the other values of a row',
      `insert into users (id, email, name) values (8, '${literal}', 'grace')`,
      [],
      `insert into users (id, email, name) values (8, [masked], 'grace')`,
      'none',
    ],
  ])('is still told %s', async (_what, text, values, statement, parameters) => {
    const { view } = await asked(text, values)
    expect(view.text).toContain(`| ${statement}`)
    expect(view.text).toContain(`parameters ${parameters}`)
    expect(view.text).toContain('1 by pii')
  })

  it.each<[string, string, readonly unknown[]]>([
    ['that is written to another column', 'update orders set note = $1 where id = 1', [literal]],
    ['that is written to another column of the table', `update users set name = '${literal}' where id = 1`, []],
    ['that chooses rows of which a masked column is given back', `select email from users where name = $1`, [literal]],
    ['that a sequence counts by', `create sequence counting increment 7 -- ${literal}`, []],
    ['that a new table has', `create table fresh (id integer, note text default '${literal}')`, []],
    ['that another table gets', `alter table orders add column more text default '${literal}'`, []],
    ['that chooses rows to delete', `delete from users where name = '${literal}'`, []],
  ])('is a value %s', async (_what, text, values) => {
    const request = await asked(text, values)
    expect(request.view).toMatchObject({ complete: true, masked: false })
    expect(canaries.find(seen(request))).toBeDefined()
  })

  it.each<[string, string]>([
    ['written through a view', `update contacts set address = '${literal}' where id = 1`],
    ['given to a function', `select changes('${literal}')`],
    ['given to what was not understood', `do $$ begin perform '${literal}'; end $$`],
  ])('is nothing where the action is denied: a value %s', async (_what, text) => {
    const answer: unknown = await pool.query(text).catch((error: unknown) => error)
    expect(approver.asked).toBeUndefined()
    expect(String(answer)).toContain('refused')
    expect(canaries.find(Buffer.from(inspect([answer, on.journal.events, observed], { depth: 20 })))).toBeUndefined()
  })
})

describe('what detectors find in what approvers see of a real server', () => {
  const approver = new Looking()
  let on: Governed
  let pool: pg.Pool

  beforeAll(async () => {
    on = await governed({
      seed,
      allow: [{ target: 'db', duty: ['read', 'write', 'opaque'] }],
      hold: ['write', 'opaque'].map((duty) => ({ ...held, id: `held-${duty}`, duty })),
      approvers: [approver],
      policy: { mask: [{ id: 'found', target: 'db', detect: ['email'], with: 'redact' }] },
    })
    pool = on.target.pool(await on.session(), { max: 1 })
  })

  afterAll(async () => {
    await pool.end()
    await on.close()
  })

  it.each<[string, string, readonly unknown[], string]>([
    ['in a parameter', 'update orders set note = $1', [literal], '["[masked]"]'],
    [
      'in bytes',
      'update orders set note = convert_from($1, $2)',
      [Buffer.from(literal), 'UTF8'],
      '["[masked]",[0,"UTF8"]]',
    ],
    ['in a literal', `update orders set note = 'to ${literal}'`, [], `update orders set note = 'to [masked]'`],
    ['in what was not understood', `do $$ begin perform '${literal}'; end $$`, [], `perform '[masked]'; end`],
  ])('is hidden %s', async (_what, text, values, shown) => {
    await pool.query({ text, values: [...values] }).catch(() => undefined)
    const asked = approver.latest()
    expect(asked?.view.text).toContain(shown)
    expect(asked?.view.text).toContain('1 by found')
    expect(asked?.view).toMatchObject({ complete: false, masked: true })
    expect(canaries.find(Buffer.from(inspect(asked, { depth: 20 })))).toBeUndefined()
  })
})
