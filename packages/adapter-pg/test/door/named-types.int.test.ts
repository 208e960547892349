import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { hiddenCalls, hiddenSchema } from '../support/hidden.js'
import { Desk, holdOn } from './support/desk.js'
import { describe as describing, errors, parse, query, sync, types, Wire } from './support/wire.js'

const seed = `${hiddenSchema()}
create domain public.dom as text check (hidden.hit(value));
create type public.comp as (a integer, d public.dom);
create domain public.initcap as public.comp;
create domain public.reverse as public.dom[];
create domain public.lpad as public.dom[];
create domain public.lower as text check (value <> '');
create table public.upper (id integer, d public.dom);
`

let on: Governed
let wire: Wire

describe("a call of a function of the server whose name is also a user's type", () => {
  beforeAll(async () => {
    on = await governed({
      seed,
      allow: [{ target: 'db', duty: ['read', 'write', 'execute', 'define', 'session'] }],
      hold: [holdOn('execute')],
      approvers: [await Desk.open()],
    })
    wire = await Wire.open(on.target, await on.session())
    // Of its own type no call makes a value, and it hides none of others.
    await wire.ask(query('create temporary table lpad (id integer)'))
  })

  afterAll(async () => {
    await wire.end()
    await on.close()
  })

  it.each([
    `select initcap('(1,bad)')`,
    `select reverse('{bad}')`,
    `select public.reverse('{bad}')`,
    `select * from reverse('{bad}')`,
    `select reverse('{bad}' collate "C")`,
    `select lpad('{bad}')`,
  ])('makes a value of the type, so that its text is not parsed before somebody approves it: %s', async (text) => {
    const before = await hiddenCalls(on.owner)
    const answers = await wire.ask(parse('', text), describing('S', ''), sync)
    expect(await hiddenCalls(on.owner)).toBe(before)
    expect(errors(answers)).toEqual(['0A000'])
  })

  it.each([`select lower('X')`, `select upper('{bad}'), md5('(1,bad)')`])(
    'is none where the name is that of a table, or of a type that runs nothing: %s',
    async (text) => {
      expect(types(await wire.ask(query(text)))).toBe('TDCZ')
    },
  )
})
