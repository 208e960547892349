import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { errorField, query, types, Wire } from './support/wire.js'

let on: Governed

beforeAll(async () => {
  on = await governed({
    seed: 'create table public.t (a integer)',
    policy: { limits: [{ id: 'pace', role: 'agent', statements: '10/h' }] },
  })
})

afterAll(() => on.close())

it('counts each statement of a text of several under a limit on statements', async () => {
  const wire = await Wire.open(on.target, await on.session())
  const insert = (times: number): Buffer => query('insert into public.t values (1);'.repeat(times))
  const refused = await wire.ask(insert(500))
  expect([types(refused), errorField(refused, 'D')]).toEqual(['EZ', expect.stringContaining('ERR_LIMIT_EXCEEDED')])
  expect(types(await wire.ask(insert(7)))).toBe(`${'C'.repeat(7)}Z`)
  expect(types(await wire.ask(insert(4)))).toBe('EZ')
  expect(types(await wire.ask(insert(3)))).toBe('CCCZ')
  expect(types(await wire.ask(insert(1)))).toBe('EZ')
  expect((await on.owner.query('select count(*)::int as n from public.t')).rows).toEqual([{ n: 10 }])
  await wire.end()
})
