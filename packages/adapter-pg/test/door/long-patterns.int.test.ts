import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { bind, errorField, errors, execute, parse, query, rows, sync, Wire } from './support/wire.js'

const marks = 'ab'.repeat(100 * 1024)

let on: Governed
let wire: Wire

beforeAll(async () => {
  on = await governed({
    seed: 'create table public.notes (a text); grant all on public.notes to public',
    deny: [
      { id: 'no-sleep', text: '(?i)\\bpg_sleep\\b' },
      { id: 'no-marks', duty: 'write', text: 'a[ab]{600}c' },
    ],
  })
  wire = await Wire.open(on.target, await on.session())
})

afterAll(async () => {
  await wire.end()
  await on.close()
})

describe('a long text and what rules look for in it', () => {
  it('runs as often as it is bound where nothing is found', async () => {
    const text = `select length('${marks}') as n, $1::text as i`
    const runs = Array.from({ length: 20 }, (_, index) => [bind('', 's', [String(index)]), execute('')]).flat()
    const answers = await wire.ask(parse('s', text), ...runs, sync)
    expect(errors(answers)).toEqual([])
    expect(rows(answers).map(([, index]) => index)).toEqual(Array.from({ length: 20 }, (_, index) => String(index)))
  })

  it('is refused by the name of the rule where it is too long for that, and the connection goes on', async () => {
    const text = `insert into public.notes values ('${marks}')`
    const attempts = [[query(text)], [parse('', text), bind('', ''), execute(''), sync]]
    for (const messages of attempts) {
      const answers = await wire.ask(...messages)
      expect(errors(answers)).toEqual(['42501'])
      expect(errorField(answers, 'M')).toContain('no-marks')
    }
    expect(errors(await wire.ask(query(`insert into public.notes values ('ab')`)))).toEqual([])
    expect(rows(await wire.ask(query('select a from public.notes')))).toEqual([['ab']])
  })
})
