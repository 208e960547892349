import { afterEach, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { dba, governed, principalOf } from '../support/governed.js'
import { Desk, holdOn } from './support/desk.js'
import { bind, errorField, errors, execute, flush, parse, query, sync, types, Wire } from './support/wire.js'

const seed = `create sequence public.calls;
  create function public.called() returns integer language plpgsql security definer as $$ begin return nextval('public.calls'); end $$;
  create function public.fires() returns trigger language plpgsql security definer as $$ begin perform nextval('public.calls'); return null; end $$;
  create table public.big (id integer); insert into public.big select generate_series(1, 5);
  create table public.late (id integer);
  create constraint trigger late after insert on public.late deferrable initially deferred for each row execute function public.fires()`

interface Stage extends Governed {
  readonly desk: Desk
  readonly deny: () => Promise<void>
  readonly calls: () => Promise<number>
}

const open: Governed[] = []

async function stage(options: { readonly held?: object } = {}): Promise<Stage> {
  const deny: object[] = []
  const desk = await Desk.open()
  const on = await governed({
    seed,
    allow: [{ target: 'db', duty: ['read', 'write', 'session', 'execute'] }],
    deny,
    approvers: [desk],
    ...(options.held === undefined ? {} : { hold: [options.held] }),
  })
  open.push(on)
  return {
    ...on,
    desk,
    deny: async () => {
      deny.push({ id: 'late', target: 'db', duty: 'execute', resource: 'function:public.*' })
      await on.guard.reload()
    },
    calls: async () =>
      Number(
        (await on.owner.query('select case when is_called then last_value else 0 end as n from public.calls')).rows[0]
          .n,
      ),
  }
}

const trigger = 'insert into public.late values (1)'
const cursor = 'declare c cursor with hold for select public.called() from public.big'

const ends = ['commit', 'set constraints all immediate', 'select 1; commit']
const refusedEnds = [
  ...[...ends, 'commit and chain'].map((end) => [end, trigger] as const),
  ['commit', cursor] as const,
]

describe('what the statements of a transaction leave for its end', () => {
  afterEach(async () => {
    for (const on of open.splice(0)) await on.close()
  })

  it.each(refusedEnds)('does not run with %s when the policy changed meanwhile: %s', async (end, text) => {
    const on = await stage()
    const wire = await Wire.open(on.target, await on.session())
    await wire.ask(query('begin'))
    expect(errors(await wire.ask(query(text)))).toEqual([])
    await on.deny()
    const answer = await wire.ask(query(end))
    expect([errors(answer), errorField(answer, 'D')]).toEqual([['42501'], 'ERR_PERMIT_VOID'])
    expect(errorField(answer, 'M')).toContain('what the transaction left for its end may not run any more')
    // The transaction has failed: its end undoes it.
    expect(errors(await wire.ask(query('commit')))).toEqual([])
    expect(await on.calls()).toBe(0)
    await wire.end()
  })

  it.each(ends)('runs with %s as long as nothing changed', async (end) => {
    const on = await stage()
    const wire = await Wire.open(on.target, await on.session())
    await wire.ask(query('begin'))
    for (const text of [trigger, cursor]) await wire.ask(query(text))
    expect(errors(await wire.ask(query(end)))).toEqual([])
    await wire.ask(query('commit'))
    expect(await on.calls()).toBe(6)
    // What was left by the one transaction is nothing to the next.
    await on.deny()
    await wire.ask(query('begin'))
    expect(errors(await wire.ask(query('commit')))).toEqual([])
    await wire.end()
  })
  it('does not run when one who approved it was revoked meanwhile', async () => {
    const on = await stage({ held: { ...holdOn('write'), holdInTransaction: 'allow' } })
    const wire = await Wire.open(on.target, await on.session())
    await wire.ask(query('begin'))
    const [answer, asked] = [wire.ask(query(trigger)), await on.desk.next()]
    await asked.approve()
    expect(errors(await answer)).toEqual([])
    const { issuer, id } = (await principalOf(dba)).subject
    await on.guard.revoke({ kind: 'subject', issuer, id }, { reason: 'gone' })
    expect(errorField(await wire.ask(query('commit')), 'M')).toContain('the approval expired, or somebody who gave it')
    expect(await on.calls()).toBe(0)
    await wire.end()
  })

  it('does not run with a COMMIT that was bound before, behind a ROLLBACK TO in the same batch', async () => {
    const on = await stage({ held: { ...holdOn('write'), holdInTransaction: 'allow' } })
    const wire = await Wire.open(on.target, await on.session())
    await wire.ask(query('begin'))
    const [answer, asked] = [wire.ask(query(trigger)), await on.desk.next()]
    await asked.approve()
    expect(errors(await answer)).toEqual([])
    expect(errors(await wire.ask(parse('', 'commit'), bind('p', ''), sync))).toEqual([])
    for (const text of ['savepoint s', 'select 1 / 0']) await wire.ask(query(text))
    const { issuer, id } = (await principalOf(dba)).subject
    await on.guard.revoke({ kind: 'subject', issuer, id }, { reason: 'gone' })
    wire.send(parse('', 'rollback to s'), bind('', ''), execute(''))
    expect(errors(await wire.ask(execute('p'), sync))).toEqual(['42501'])
    expect(await on.calls()).toBe(0)
    await wire.end()
  })

  it('does not run with a COMMIT that was bound before', async () => {
    const on = await stage({ held: { ...holdOn('write'), holdInTransaction: 'allow' } })
    const wire = await Wire.open(on.target, await on.session())
    await wire.ask(query('begin'))
    const [answer, asked] = [wire.ask(query(trigger)), await on.desk.next()]
    await asked.approve()
    expect(errors(await answer)).toEqual([])
    wire.send(parse('', 'commit'), bind('p', ''), flush)
    expect(types(await wire.until('2'))).toBe('12')
    const { issuer, id } = (await principalOf(dba)).subject
    await on.guard.revoke({ kind: 'subject', issuer, id }, { reason: 'gone' })
    expect(errors(await wire.ask(execute('p'), sync))).toEqual(['42501'])
    expect(await on.calls()).toBe(0)
    await wire.end()
  })

  it('does not run with the Sync of a batch without BEGIN, which is undone', async () => {
    const on = await stage()
    const wire = await Wire.open(on.target, await on.session())
    wire.send(parse('', trigger), bind('p', ''), execute('p'), flush)
    await wire.until('C')
    await on.deny()
    const answer = await wire.ask(sync)
    expect([errors(answer), errorField(answer, 'D')]).toEqual([['42501'], 'ERR_PERMIT_VOID'])
    expect((await on.owner.query('select from public.late')).rowCount).toBe(0)
    expect(await on.calls()).toBe(0)
    await wire.end()
  })

  it('is nothing to a transaction that calls no function of a user', async () => {
    const on = await stage()
    const wire = await Wire.open(on.target, await on.session())
    await wire.ask(query('begin'))
    expect(errors(await wire.ask(query('insert into public.big values (6)')))).toEqual([])
    await on.deny()
    expect(errors(await wire.ask(query('commit')))).toEqual([])
    expect((await on.owner.query('select from public.big where id = 6')).rowCount).toBe(1)
    await wire.end()
  })
})
