import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { proxy, textsSent } from './support/proxy.js'
import { bind, errors, execute, extended, parse, query, sync, types, Wire } from './support/wire.js'

const denied = 'drop table t'
const allowed = 'select a from t'

/** A Bind that ends in the middle. */
const torn = Buffer.from(bind('', ''))
torn.writeInt16BE(7, torn.length - 4)

describe('a Parse whose Bind comes right behind it', () => {
  const between = proxy()
  let on: Governed
  let wire: Wire

  beforeAll(async () => {
    on = await governed({ seed: 'create table t (a int)', reach: between.reach })
    wire = await Wire.open(on.target, await on.session())
  })

  afterAll(async () => {
    await wire.end()
    await on.close()
    await between.close()
  })

  const sent = (): string[] => textsSent(between.connections.at(-1)!)

  it('is decided with it, once', async () => {
    expect(errors(await wire.ask(extended(denied), sync))).toEqual(['42501'])
    expect(on.journal.events.filter(({ type }) => type === 'action.denied')).toHaveLength(1)
    expect(types(await wire.ask(extended(allowed), sync))).toBe('12CZ')
    expect(sent()).toContain(allowed)
    expect(sent()).not.toContain(denied)
  })

  it.each<[string, Buffer[]]>([
    ['cannot be read', [torn]],
    ['names a portal of the door', [bind('bothkeys_p', '')]],
    ['names a portal that exists', [bind('p', '')]],
  ])('does not leave when the Bind %s', async (_why, messages) => {
    await wire.ask(query('begin'))
    await wire.ask(parse('', allowed), bind('p', ''), sync)
    expect(errors(await wire.ask(parse('', denied), ...messages, execute(''), sync))).toHaveLength(1)
    expect(sent()).not.toContain(denied)
    await wire.ask(query('rollback'))
    expect(types(await wire.ask(extended(allowed), sync))).toBe('12CZ')
  })

  it('does not leave behind a statement that nothing can be decided behind', async () => {
    const answer = await wire.ask(parse('', 'begin'), bind('', ''), execute(''), sync)
    expect(errors(answer)).toEqual([])
    expect(errors(await wire.ask(extended('rollback'), extended(denied), sync))).toEqual(['0A000'])
    expect(sent()).not.toContain(denied)
  })
})
