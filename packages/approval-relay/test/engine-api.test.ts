import { readdir } from 'node:fs/promises'
import { fixedClock } from '@bothkeys/core/testing'
import { describe, expect, it } from 'vitest'
import { claimsOf } from './support/claims.js'
import { envelopeOf } from './support/envelopes.js'
import { people, RelayStage } from './support/relay-stage.js'

describe('what an engine sends', () => {
  it('is kept before it is answered, and the same again is the same request', async () => {
    const stage = await RelayStage.open()
    const { body, id } = envelopeOf()
    expect(await stage.orders.ask(body)).toMatchObject({
      status: 201,
      body: { answers: `/v1/requests/${id}/answers` },
    })
    expect(await readdir(stage.requests)).toEqual([`${id}.request`])
    expect(await stage.orders.ask(body)).toMatchObject({ status: 200, body: { answers: `/v1/requests/${id}/answers` } })
    expect(stage.desk.pending()).toHaveLength(1)
    expect(stage.ofType('relay.requested')).toHaveLength(1)
  })

  it('is one request however often it comes at once', async () => {
    const stage = await RelayStage.open()
    const { body } = envelopeOf()
    const sent = await Promise.all([1, 2, 3, 4].map(() => stage.orders.ask(body)))
    expect(sent.map(({ status }) => String(status)).toSorted()).toEqual(['200', '200', '200', '201'])
    expect(stage.ofType('relay.requested')).toHaveLength(1)
  })

  it('is refused when the id is another request', async () => {
    const stage = await RelayStage.open()
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    expect(await stage.orders.ask(envelopeOf({ id }).body)).toMatchObject({ status: 409 })
    expect(await stage.stock.ask(envelopeOf({ id, engine: 'stock' }).body)).toMatchObject({ status: 409 })
    expect(stage.desk.pending().map(({ request }) => request.engine)).toEqual(['orders'])
  })

  it('is refused when it expired or would wait for longer than a week', async () => {
    const stage = await RelayStage.open()
    const late = envelopeOf({ expiresAtMs: Date.now() - 1 })
    const long = envelopeOf({ expiresAtMs: Date.now() + 8 * 24 * 3_600_000 })
    expect(await stage.orders.ask(late.body)).toMatchObject({ status: 410 })
    expect(await stage.orders.ask(long.body)).toMatchObject({ status: 400 })
    expect(stage.desk.pending()).toEqual([])
  })

  it('is answered with what people signed, once and in order', async () => {
    const stage = await RelayStage.open()
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    const waiting = stage.orders.answers(id, 0, 25)
    expect(await stage.decide('ann', id)).toMatchObject({ decided: true, n: 1, level: 'signed' })
    const { body: answered } = await waiting
    expect(answered).toMatchObject({ state: 'pending', answers: [{ n: 1 }] })
    const [{ evidence }] = answered['answers'] as [{ evidence: string }]
    expect(claimsOf(evidence)).toMatchObject({ aud: 'orders', req: id, sub: 'ann', idp: people, dec: 'allow' })
    expect(await stage.decide('bob', id, { decision: 'deny', reason: 'not today' })).toMatchObject({ n: 2 })
    expect((await stage.orders.answers(id, 1)).body).toMatchObject({ answers: [{ n: 2 }] })
    expect((await stage.orders.answers(id)).body).toMatchObject({ answers: [{ n: 1, evidence }, { n: 2 }] })
  })

  it('ends a request: nothing of it stays on disk, and what is waited for comes back', async () => {
    const stage = await RelayStage.open()
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    await stage.decide('ann', id)
    await stage.orders.receipts(id, { n: 1, counted: true })
    const waiting = stage.orders.answers(id, 1, 25)
    expect(await stage.orders.end(id, 'consumed')).toMatchObject({ status: 204 })
    expect((await waiting).body).toEqual({ answers: [], state: 'over' })
    expect(await readdir(stage.requests)).toEqual([])
    expect(await stage.orders.end(id, 'denied')).toMatchObject({ status: 204 })
    expect((await stage.orders.answers(id)).body).toEqual({ answers: [], state: 'over' })
    expect(await stage.orders.ask(body)).toMatchObject({ status: 410 })
    const [line] = stage.desk.history(5)
    expect(line).toMatchObject({
      id,
      end: 'consumed',
      duties: ['delete'],
      answers: [{ n: 1, receipt: { counted: true } }],
    })
    expect(JSON.stringify([line, stage.events])).not.toMatch(/s3cret-parameter|delete from/)
  })

  it('keeps the first receipt of an answer', async () => {
    const stage = await RelayStage.open()
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    await stage.decide('ann', id)
    await stage.orders.receipts(id, { n: 1, counted: false, reason: 'no-role' }, { n: 7, counted: true })
    await stage.orders.receipts(id, { n: 1, counted: true })
    expect(stage.desk.entry(id)?.answers).toMatchObject([{ n: 1, receipt: { counted: false, reason: 'no-role' } }])
  })

  it.each([
    ['end', {}],
    ['end', { state: 'approved' }],
    ['end', { state: 'consumed', more: 1 }],
    ['receipts', { receipts: 'all' }],
    ['receipts', { receipts: [{ n: 0, counted: true }] }],
    ['receipts', { receipts: [{ n: 1, counted: false }] }],
    ['receipts', { receipts: [{ n: 1, counted: 'yes' }] }],
    ['receipts', { receipts: [null] }],
    ['receipts', { receipts: [{ n: 1, counted: true }], more: 1 }],
    ['receipts', '{"receipts":[],"receipts":[]}'],
  ])('is refused as %s %j', async (what, message) => {
    const stage = await RelayStage.open()
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    expect(await stage.orders.post(`/v1/requests/${id}/${what}`, message)).toMatchObject({
      status: 400,
      body: { code: 'ERR_REQUEST_INVALID' },
    })
    expect(stage.desk.pending()).toHaveLength(1)
  })

  it.each(['after=-1', 'after=1&after=2', 'waitS=26', 'waitS=1e1', 'after='])('is refused with %s', async (query) => {
    const stage = await RelayStage.open()
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    expect(await stage.orders.get(`/v1/requests/${id}/answers?${query}`)).toMatchObject({ status: 400 })
  })

  it('waits no longer when the relay stops', async () => {
    const stage = await RelayStage.open()
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    const waiting = stage.orders.answers(id, 0, 25)
    await expect.poll(() => stage.desk.ofEngine('orders', id)?.waiting).toBe(1)
    await stage.stop()
    expect((await waiting).body).toEqual({ answers: [], state: 'pending' })
  })

  it('that nobody decides ends when it expires', async () => {
    const clock = fixedClock(Date.now())
    const stage = await RelayStage.open({ clock })
    const { body, id } = envelopeOf({ expiresAtMs: clock.wallMs() + 1_500 })
    await stage.orders.ask(body)
    expect(stage.desk.pending()).toHaveLength(1)
    clock.advance(1_500)
    await expect.poll(() => stage.desk.pending().length).toBe(0)
    expect(stage.desk.history(1)).toMatchObject([{ id, end: 'expired' }])
    await expect.poll(() => readdir(stage.requests)).toEqual([])
    expect(await stage.decide('ann', id)).toEqual({ decided: false, reason: 'over' })
  })
})
