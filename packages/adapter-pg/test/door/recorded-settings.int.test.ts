import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { errorField, query, Wire } from './support/wire.js'

let on: Governed
let wire: Wire

beforeAll(async () => {
  on = await governed({
    seed: 'create function public.f() returns integer language sql as $$ select 1 $$',
    allow: [{ target: 'db', duty: ['define', 'grant', 'session'] }],
  })
  wire = await Wire.open(on.target, await on.session())
})

afterAll(async () => {
  await wire.end()
  await on.close()
})

describe('the value of a setting of an application', () => {
  it.each([
    `set app.key to hunter2`,
    `set "app.key" to hunter2`,
    `set u&"app\\002ekey" to hunter2`,
    `alter function public.f() set app.key to "hunter2"`,
    `alter role current_user set "app.key" = hunter2`,
    `create or replace function public.g() returns integer set app.key to hunter2 language sql as $$ select 1 $$`,
  ])('is not on record, though it reaches the server: %s', async (text) => {
    const answers = await wire.ask(query(text))
    // Since 15 the server wants a right of its own for what it keeps.
    expect(errorField(answers, 'M') ?? '').toMatch(/^(?:permission denied to set parameter "app.key")?$/)
    expect(on.journal.events.some(({ type }) => type === 'action.intent')).toBe(true)
    expect(JSON.stringify(on.journal.events)).not.toContain('hunter2')
  })
})
