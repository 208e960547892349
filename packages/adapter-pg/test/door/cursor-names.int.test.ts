import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { hiddenCalls, hiddenSchema } from '../support/hidden.js'
import { Desk, holdOn } from './support/desk.js'
import { errorField, errors, query, rows, Wire } from './support/wire.js'

const seed = `${hiddenSchema()}
create table public.t (a int); insert into public.t values (1), (2)`

describe('a cursor whose function people have to approve', () => {
  let on: Governed
  let desk: Desk

  beforeAll(async () => {
    desk = await Desk.open()
    on = await governed({
      seed,
      allow: [
        { target: 'db', duty: ['read', 'write'], resource: 'table:public.*' },
        { target: 'db', duty: 'execute', resource: 'function:hidden.hit' },
      ],
      hold: [holdOn('execute', { holdInTransaction: 'allow' })],
      approvers: [desk],
    })
  })

  afterAll(() => on.close())

  it.each([
    ['explain declare c cursor for select 1', 'fetch 1 from c'],
    ['explain analyze declare c cursor for select 1', 'fetch 1 from c'],
    ['explain (format json) declare c cursor with hold for select 1', 'move 1 from c'],
    ['select 1', 'explain declare c cursor for select 1; fetch 1 from c'],
  ])('asks again at each FETCH, also behind %s', async (between, fetch) => {
    const wire = await Wire.open(on.target, await on.session())
    await wire.ask(query('begin'))
    wire.send(query(`declare c cursor for select hidden.hit('x' || g) from generate_series(1, 5) g`))
    await (await desk.next()).approve()
    expect(errors(await wire.ready())).toEqual([])
    expect(errors(await wire.ask(query(between)))).toEqual([])
    wire.send(query(fetch))
    const asked = await desk.next()
    expect(asked.request.effects.map(({ resource }) => resource)).toContain('function:hidden.hit')
    await wire.end()
    expect(await hiddenCalls(on.owner)).toBe(0)
  })

  it('is gone with its transaction, and its name is free', async () => {
    const wire = await Wire.open(on.target, await on.session())
    for (const [text, expected] of [
      ['declare c cursor for select a from t order by a', ['1']],
      ['declare c cursor for select 5', ['5']],
    ] as const) {
      await wire.ask(query('begin'))
      await wire.ask(query(text))
      expect(rows(await wire.ask(query('fetch 1 from c')))).toEqual([expected])
      await wire.ask(query('commit'))
      expect(errorField(await wire.ask(query('fetch 1 from c')), 'M')).toContain('opaque statement:fetch')
    }
    await wire.end()
  })

  it('goes on behind its transaction WITH HOLD', async () => {
    const wire = await Wire.open(on.target, await on.session())
    await wire.ask(query('declare h cursor with hold for select a from t order by a'))
    await wire.ask(query('begin'))
    await wire.ask(query('commit'))
    expect(rows(await wire.ask(query('fetch 2 from h')))).toEqual([['1'], ['2']])
    expect(errors(await wire.ask(query('close h')))).toEqual([])
    await wire.end()
  })
})
