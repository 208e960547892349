import { afterEach, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { dba, governed, principalOf } from '../support/governed.js'
import { Desk, holdOn } from './support/desk.js'
import { bind, errorField, errors, execute, flush, parse, query, rows, sync, types, Wire } from './support/wire.js'

const seed = `create table public.big (id integer, v text); insert into public.big select g, 'row' || g from generate_series(1, 5) g`
const allow = [{ target: 'db', duty: ['read', 'write', 'delete'], resource: 'table:public.*' }]
const remove = 'delete from public.big where id = 1'
const read = 'select v from public.big order by id'

interface Stage extends Governed {
  readonly desk: Desk
  /** Denies from now on. */
  readonly deny: (duty: string) => Promise<void>
  readonly left: () => Promise<number>
}

const open: Governed[] = []

async function stage(options: { readonly held?: object; readonly deadlineMs?: number } = {}): Promise<Stage> {
  const deny: object[] = []
  const desk = await Desk.open()
  const on = await governed({
    seed,
    allow,
    deny,
    approvers: [desk],
    ...(options.held === undefined ? {} : { hold: [options.held] }),
    ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
  })
  open.push(on)
  return {
    ...on,
    desk,
    deny: async (duty) => {
      deny.push({ id: `no-${duty}`, target: 'db', duty, resource: 'table:public.big' })
      await on.guard.reload()
    },
    left: async () => Number((await on.owner.query('select count(*) from public.big')).rows[0].count),
  }
}

const outcomes = (on: Governed): unknown[] =>
  on.journal.events.filter(({ type }) => type === 'action.outcome').map(({ outcome, reason }) => [outcome, reason])

/** Waits until a portal is bound. */
async function bound(wire: Wire, text: string): Promise<void> {
  wire.send(parse('', text), bind('p', ''), flush)
  expect(types(await wire.until('2'))).toBe('12')
}

/** Long enough for what is sent at once, on a slow machine, too. */
const deadlineMs = 4_000
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('a portal between Bind and Execute', () => {
  afterEach(async () => {
    for (const on of open.splice(0)) await on.close()
  })

  it('does not run when the policy changed meanwhile, and runs when it is bound again', async () => {
    const on = await stage()
    const wire = await Wire.open(on.target, await on.session())
    await bound(wire, remove)
    await on.deny('write')
    const answer = await wire.ask(execute('p'), sync)
    expect(errors(answer)).toEqual(['42501'])
    expect(errorField(answer, 'M')).toContain('the policy changed after the action was let through')
    expect(errorField(answer, 'D')).toContain('ERR_PERMIT_VOID')
    expect([await on.left(), outcomes(on)]).toEqual([5, [['not-run', 'ended']]])
    expect(types(await wire.ask(parse('', remove), bind('p', ''), execute('p'), sync))).toBe('12CZ')
    expect(await on.left()).toBe(4)
    await wire.end()
  })

  it('does not go on reading when the policy changed meanwhile', async () => {
    const on = await stage()
    const wire = await Wire.open(on.target, await on.session())
    await wire.ask(query('begin'))
    expect(rows(await wire.ask(parse('', read), bind('p', ''), execute('p', 1), sync))).toEqual([['row1']])
    expect(rows(await wire.ask(execute('p', 1), sync))).toEqual([['row2']])
    await on.deny('read')
    const answer = await wire.ask(execute('p', 2), sync)
    expect([rows(answer), errors(answer)]).toEqual([[], ['42501']])
    await wire.ask(query('rollback'))
    expect(outcomes(on).filter((each) => String(each).startsWith('not-run'))).toEqual([])
    await wire.end()
  })

  it('does not run when what was approved begins after the approval expired', async () => {
    const on = await stage({ held: holdOn('delete', { ttl: '6s' }) })
    const wire = await Wire.open(on.target, await on.session())
    wire.send(parse('', remove), bind('p', ''), flush)
    const asked = await on.desk.next()
    expect((await asked.approve()).counted).toBe(true)
    await wire.until('2')
    await pause(asked.request.expiresAt.getTime() - Date.now() + 50)
    const answer = await wire.ask(execute('p'), sync)
    expect(errorField(answer, 'M')).toContain('the approval expired')
    expect([await on.left(), outcomes(on)]).toEqual([5, [['not-run', 'ended']]])
    await wire.end()
  })

  it('does not run when one who approved it was revoked meanwhile', async () => {
    const on = await stage({ held: holdOn('delete') })
    const wire = await Wire.open(on.target, await on.session())
    wire.send(parse('', remove), bind('p', ''), flush)
    const asked = await on.desk.next()
    await asked.approve()
    await wire.until('2')
    const { issuer, id } = (await principalOf(dba)).subject
    await on.guard.revoke({ kind: 'subject', issuer, id }, { reason: 'gone' })
    expect(errors(await wire.ask(execute('p'), sync))).toEqual(['42501'])
    expect([await on.left(), outcomes(on)]).toEqual([5, [['not-run', 'ended']]])
    await wire.end()
  })

  it('does not run when it begins after the deadline of the guard', async () => {
    const on = await stage({ deadlineMs })
    const wire = await Wire.open(on.target, await on.session())
    await bound(wire, remove)
    await pause(deadlineMs + 50)
    const answer = await wire.ask(execute('p'), sync)
    expect(errorField(answer, 'M')).toContain(`did not begin within ${String(deadlineMs)} ms`)
    expect([await on.left(), outcomes(on)]).toEqual([5, [['not-run', 'ended']]])
    await wire.end()
  })

  it('goes on reading for as long as it likes once it began', async () => {
    const on = await stage({ deadlineMs })
    const wire = await Wire.open(on.target, await on.session())
    await wire.ask(query('begin'))
    await wire.ask(parse('', read), bind('p', ''), execute('p', 1), sync)
    await pause(deadlineMs + 50)
    expect(rows(await wire.ask(execute('p', 2), sync))).toEqual([['row2'], ['row3']])
    await wire.ask(query('commit'))
    await wire.end()
  })
})
