import { readRequest, systemClock } from '@bothkeys/core/relay'
import { describe, expect, it } from 'vitest'
import { listedFor } from '../src/pages/listed.js'
import { RatePerMinute, RatePerMinuteWithin } from '../src/rate.js'
import { DeskInMemory } from './pages/desk-in-memory.js'
import { envelopeOf } from './support/envelopes.js'
import { people, RelayStage } from './support/relay-stage.js'

const ann = { subject: { issuer: people, id: 'ann' } }

/** An envelope whose exact text was changed. */
function changed(body: string, change: (exact: Record<string, Record<string, unknown>>) => void): string {
  const { claims, exact, v } = JSON.parse(body) as { claims: unknown; exact: string; v: number }
  const value = JSON.parse(exact) as Record<string, Record<string, unknown>>
  change(value)
  return JSON.stringify({ claims, exact: JSON.stringify(value), v })
}

describe('an engine that takes all that it can', () => {
  it.each<[string, (exact: Record<string, Record<string, unknown>>, name: string) => void]>([
    [
      'id of who asks',
      ({ actor }, id) => Object.assign(actor ?? {}, { subject: { id, issuer: 'https://agents.example' } }),
    ],
    ['issuer of who asks', ({ actor }, issuer) => Object.assign(actor ?? {}, { subject: { id: 'etl', issuer } })],
    ['operation', ({ action }, operation) => Object.assign(action ?? {}, { operation })],
    ['name of its target', ({ target }, name) => Object.assign(target ?? {}, { name })],
    ['kind of its target', ({ target }, kind) => Object.assign(target ?? {}, { kind })],
  ])('has no name kept that is longer than any name is: %s', async (_what, change) => {
    const stage = await RelayStage.open()
    const { body } = envelopeOf()
    expect(await stage.orders.ask(changed(body, (exact) => change(exact, 'x'.repeat(1_025))))).toMatchObject({
      status: 400,
      body: { code: 'ERR_REQUEST_INVALID' },
    })
    expect(stage.desk.pending()).toEqual([])
    expect(await stage.orders.ask(changed(body, (exact) => change(exact, 'x'.repeat(1_024))))).toMatchObject({
      status: 201,
    })
  })

  it('has a long request counted as many', async () => {
    const stage = await RelayStage.open({ limits: { requestsPerMinute: 30 } })
    const long = envelopeOf({ text: 'x'.repeat(25 * 64 * 1024) })
    expect(await stage.orders.ask(long.body)).toMatchObject({ status: 201 })
    expect(await stage.orders.ask(long.body)).toMatchObject({ status: 429 })
    expect(await stage.stock.ask(envelopeOf({ engine: 'stock' }).body)).toMatchObject({ status: 201 })
  })

  it('may send a long request where few may be sent', async () => {
    const stage = await RelayStage.open({ limits: { requestsPerMinute: 2 } })
    expect(await stage.orders.ask(envelopeOf({ text: 'x'.repeat(1_000_000) }).body)).toMatchObject({ status: 201 })
    expect(await stage.orders.ask(envelopeOf().body)).toMatchObject({ status: 429 })
  })

  it('uses up nothing of another by making up who asks', () => {
    const rate = new RatePerMinuteWithin(60, () => 0, 3)
    for (const made of ['a', 'b', 'c']) expect(rate.take('orders', made)).toBe(0)
    expect([rate.take('orders', 'd'), rate.take('stock', 'd')]).toEqual([60, 0])
  })

  it('leaves the requests of others on the list, and those of each that asks', async () => {
    const desk = new DeskInMemory()
    const ask = (requester: string, engine = 'orders') => desk.add(readRequest(envelopeOf({ engine, requester }).body))
    for (let each = 0; each < 58; each++) for (const requester of ['a', 'b', 'c', 'd']) ask(requester)
    ask('quiet')
    ask('etl', 'stock')
    const { entries, isWhole } = listedFor({ clock: systemClock, desk }, ann)
    expect(isWhole).toBe(false)
    expect(entries).toHaveLength(200)
    expect(entries.slice(-2).map(({ engine, who }) => [engine, who])).toEqual([
      ['orders', 'agent quiet'],
      ['stock', 'agent etl'],
    ])
    expect(entries[0]?.who).toBe('agent a')
  })

  it('has its requests put in words once, however many look', async () => {
    const stage = await RelayStage.open({ masks: [{ resource: 'table:public.cards', clearFor: [] }] })
    await stage.orders.ask(envelopeOf().body)
    const cards = { duty: 'delete', resource: 'table:public.cards', attributes: {} }
    await stage.orders.ask(envelopeOf({ effects: [cards] }).body)
    const look = () => listedFor({ clock: systemClock, desk: stage.desk }, ann)
    const [one, other] = [look(), look()]
    expect(one.entries).toHaveLength(2)
    for (const [index, { effects }] of one.entries.entries()) expect(other.entries[index]?.effects).toBe(effects)
  })

  it('is told how long a heavy one has to wait', () => {
    const rate = new RatePerMinute(60, () => 0)
    expect([rate.take('a', 50), rate.take('a', 20), rate.take('a', 10), rate.take('a')]).toEqual([0, 10, 0, 1])
  })
})
