import { afterEach, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import {
  bind,
  close,
  errorField,
  errors,
  execute,
  flush,
  parse,
  query,
  rows,
  sync,
  types,
  Wire,
} from './support/wire.js'

const open: Governed[] = []

async function connect(): Promise<Wire> {
  const on = await governed({ seed: 'create table public.t (id integer)', allow: [{ target: 'db', duty: 'read' }] })
  open.push(on)
  return Wire.open(on.target, await on.session())
}

const full = 'keeps as many prepared statements, portals and cursors as it may: 10000, or 32 MiB of text'
const long = `select 1 /* ${'x'.repeat(250_000)} */`

describe('what a connection keeps by name', () => {
  afterEach(async () => {
    for (const on of open.splice(0)) await on.close()
  })

  it('is no more than a number of statements, which stay usable, also without a Sync', async () => {
    const wire = await connect()
    wire.send(...Array.from({ length: 10_000 }, (_, index) => parse(`s${String(index)}`, 'select 1')), flush)
    const refused = await wire.ask(parse('more', 'select 1'), sync)
    expect([errors(refused), errorField(refused, 'D')]).toEqual([['54000'], 'ERR_LIMIT_EXCEEDED'])
    expect(errorField(refused, 'M')).toContain(full)
    expect(rows(await wire.ask(bind('', 's7'), execute(''), sync))).toEqual([['1']])
    expect(rows(await wire.ask(parse('', 'select 2'), bind('', ''), execute(''), sync))).toEqual([['2']])
    expect(rows(await wire.ask(query('select 3')))).toEqual([['3']])
    expect(errors(await wire.ask(query('prepare more as select 1')))).toEqual(['54000'])
    expect(errors(await wire.ask(query('begin')))).toEqual([])
    expect(errors(await wire.ask(query('declare c cursor for select 1')))).toEqual(['54000'])
    await wire.ask(query('rollback'))
    expect(errors(await wire.ask(bind('p', 's7'), sync))).toEqual(['54000'])
    expect(errors(await wire.ask(query('deallocate s7')))).toEqual([])
    expect(errors(await wire.ask(parse('more', 'select 1'), sync))).toEqual([])
    await wire.end()
  })

  it('is no more than so much text', async () => {
    const wire = await connect()
    const codes: string[] = []
    let kept = 0
    for (; codes.length === 0 && kept < 100; kept += 1)
      codes.push(...errors(await wire.ask(parse(`s${String(kept)}`, long), sync)))
    expect([codes, kept]).toEqual([['54000'], 69])
    // What takes the place of another is no more.
    expect(types(await wire.ask(parse('', long), sync))).toBe('1Z')
    expect(types(await wire.ask(close('S', 's1'), close('S', 's2'), parse('s1', long), sync))).toBe('331Z')
    await wire.end()
  })
})
