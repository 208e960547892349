import { fixedClock } from '@bothkeys/core/testing'
import { describe, expect, it } from 'vitest'
import { claimsOf } from './support/claims.js'
import { envelopeOf } from './support/envelopes.js'
import { GuardedEngine } from './support/guarded-engine.js'
import { RelayStage } from './support/relay-stage.js'

/** What whoever has the process of an agent can send: its engine's key is theirs, no other. */
describe('a compromised process of an agent', () => {
  it('cannot have one thing shown and another signed', async () => {
    const stage = await RelayStage.open()
    const [harmful, benign] = [envelopeOf({ text: 'drop table invoices' }), envelopeOf({ text: 'select 1' })]
    const { claims, exact, v } = JSON.parse(benign.body) as Record<string, unknown>
    const { exact: harmfulExact } = JSON.parse(harmful.body) as Record<string, unknown>
    const rendering = { text: 'select 1', complete: true, digest: 'ab'.repeat(32) }
    const forgeries = [
      { claims, exact: harmfulExact, v, view: rendering },
      { claims, exact, v, digest: 'ab'.repeat(32) },
      { claims, exact, v, subject: { adh: 'ab'.repeat(32) } },
      { claims: { ...(claims as object), view: rendering }, exact: harmfulExact, v },
    ]
    for (const forged of forgeries) {
      expect(await stage.orders.ask(JSON.stringify(forged))).toMatchObject({ status: 400 })
    }
    expect(stage.refusals().slice(0, 1)).toEqual(['ERR_REQUEST_INVALID'])
    // What can be sent is the action itself, and it is shown as what it is.
    const id = (claims as { id: string }).id
    expect(await stage.orders.ask(JSON.stringify({ claims, exact: harmfulExact, v }))).toMatchObject({ status: 201 })
    expect((await stage.desk.viewFor(id, undefined, new AbortController().signal))?.text).toContain(
      '| drop table invoices',
    )
  })

  it('cannot have an approval of a benign request count for another action', async () => {
    const stage = await RelayStage.open()
    const engine = await GuardedEngine.open(stage, stage.orders)
    const running = engine.deletes('delete from everything')
    await expect.poll(() => stage.desk.pending().length).toBe(1)
    const [real] = stage.desk.pending()
    const id = real?.request.id ?? ''
    await stage.orders.end(id, 'withdrawn')
    // The same id with another action does not come back under it.
    expect(await stage.orders.ask(envelopeOf({ id, text: 'select 1' }).body)).toMatchObject({ status: 410 })
    const benign = envelopeOf({ text: 'select 1' })
    await stage.orders.ask(benign.body)
    await stage.decide('ann', benign.id)
    const { body } = await stage.orders.answers(benign.id)
    const [{ evidence }] = body['answers'] as [{ evidence: string }]
    expect(await engine.guard.approvals.submit(id, evidence)).toMatchObject({ counted: false })
    expect(engine.ofType('approval.refused-vote')).toHaveLength(1)
    expect(engine.ofType('approval.vote')).toEqual([])
    await engine.guard.close()
    expect(await running).not.toBe('permitted')
  })

  it('cannot ask as another engine, nor about the requests of one', async () => {
    const stage = await RelayStage.open()
    const { body, id } = envelopeOf({ engine: 'stock' })
    expect(await stage.orders.ask(body)).toMatchObject({ status: 403 })
    await stage.stock.ask(body)
    await stage.decide('ann', id)
    const tries = [
      await stage.orders.answers(id),
      await stage.orders.receipts(id, { n: 1, counted: true }),
      await stage.orders.end(id, 'withdrawn'),
    ]
    const unknown = await stage.orders.answers('f'.repeat(32))
    for (const each of tries) expect(each).toEqual(unknown)
    expect(unknown.status).toBe(404)
    expect(stage.desk.entry(id)?.answers).toMatchObject([{ n: 1, receipt: undefined }])
    expect(stage.ofType('relay.refused')).toMatchObject([
      { engine: 'orders', reason: 'request-of-another-engine' },
      { engine: 'orders', reason: 'unknown-request' },
    ])
    await stage.stock.end(id, 'void')
    expect((await stage.orders.end(id, 'void')).status).toBe(404)
  })

  it('cannot use a message twice, for another body, another path or another relay', async () => {
    const stage = await RelayStage.open()
    const [one, other] = [envelopeOf(), envelopeOf()]
    const token = await stage.orders.token('POST', '/v1/requests', one.body)
    expect(await stage.orders.ask(other.body, token)).toMatchObject({
      status: 401,
      body: { code: 'ERR_TOKEN_INVALID' },
    })
    expect(await stage.orders.ask(one.body, token)).toMatchObject({ status: 201 })
    expect(await stage.orders.ask(one.body, token)).toMatchObject({ status: 401 })
    const path = `/v1/requests/${one.id}/answers?after=0&waitS=0`
    const reading = await stage.orders.token('GET', path)
    expect(await stage.orders.get(path.replace('after=0', 'after=1'), reading)).toMatchObject({ status: 401 })
    expect(await stage.orders.get(`/v1/requests/${other.id}/answers?after=0&waitS=0`, reading)).toMatchObject({
      status: 401,
    })
    expect(await stage.orders.get(path, 'a.b.c')).toMatchObject({ status: 401 })
    expect(await stage.orders.get(path, 'none')).toMatchObject({ status: 401 })
    expect(stage.refusals()).toContain('ERR_TOKEN_INVALID')
    expect(JSON.stringify(stage.events)).not.toContain(token.slice(-20))
  })

  it('that floods is slowed down, and other engines are not', async () => {
    const stage = await RelayStage.open({
      clock: fixedClock(Date.now()),
      limits: { requestsPerMinute: 8, requestsPerRequesterPerMinute: 3 },
    })
    const statuses: number[] = []
    for (let n = 0; n < 24; n++) {
      const { status } = await stage.orders.ask(envelopeOf({ requester: n < 6 ? 'a' : `r${String(n)}` }).body)
      statuses.push(status)
    }
    expect(statuses.slice(0, 6)).toEqual([201, 201, 201, 429, 429, 429])
    expect(statuses.filter((status) => status === 201)).toHaveLength(5)
    expect(await stage.orders.ask(envelopeOf({ requester: 'late' }).body)).toMatchObject({
      status: 429,
      retryAfter: expect.stringMatching(/^\d+$/) as string,
      body: { code: 'ERR_LIMIT_EXCEEDED' },
    })
    expect(await stage.stock.ask(envelopeOf({ engine: 'stock' }).body)).toMatchObject({ status: 201 })
    // Many refusals are few events.
    expect(stage.refusals().toSorted()).toEqual(['too-many-requests', 'too-many-requests-of-requester'])
    await stage.stop()
    const counted = stage.ofType('relay.refused').filter((event) => event['more'] !== undefined)
    expect(counted.map((event) => event['reason'])).toContain('too-many-requests')
    await stage.start()
  })

  it('cannot fill the relay with requests or with questions', async () => {
    const stage = await RelayStage.open({
      limits: { pendingPerEngine: 2, waitingPerEngine: 1, pendingBytesPerEngine: 10_000 },
    })
    const large = envelopeOf({ text: 'x'.repeat(20_000) })
    expect(await stage.orders.ask(large.body)).toMatchObject({ status: 429 })
    const [one, two, three] = [envelopeOf(), envelopeOf(), envelopeOf()]
    await stage.orders.ask(one.body)
    await stage.orders.ask(two.body)
    expect(await stage.orders.ask(three.body)).toMatchObject({ status: 429 })
    const waiting = stage.orders.answers(one.id, 0, 25)
    await expect.poll(() => stage.desk.ofEngine('orders', one.id)?.waiting).toBe(1)
    expect(await stage.orders.answers(two.id, 0, 25)).toMatchObject({ status: 429 })
    await stage.orders.end(one.id, 'withdrawn')
    expect((await waiting).body).toMatchObject({ state: 'over' })
    expect(await stage.orders.ask(three.body)).toMatchObject({ status: 201 })
  })

  it('that sends without pause is stopped whatever it sends', async () => {
    const stage = await RelayStage.open({ clock: fixedClock(Date.now()), limits: { messagesPerMinute: 3 } })
    for (let n = 0; n < 3; n++) expect(await stage.orders.answers('f'.repeat(32))).toMatchObject({ status: 404 })
    expect(await stage.orders.answers('f'.repeat(32))).toMatchObject({ status: 429 })
    expect(await stage.stock.answers('f'.repeat(32))).toMatchObject({ status: 404 })
  })

  it('cannot have its guard count what people said to another engine', async () => {
    const stage = await RelayStage.open()
    const [orders, stock] = [
      await GuardedEngine.open(stage, stage.orders),
      await GuardedEngine.open(stage, stage.stock),
    ]
    const running = [orders.deletes(), stock.deletes()]
    await expect.poll(() => stage.desk.pending().length).toBe(2)
    const idOf = (engine: string): string =>
      stage.desk.pending().find(({ request }) => request.engine === engine)?.request.id ?? ''
    const [mine, others] = [idOf('orders'), idOf('stock')]
    await stage.decide('ann', others)
    expect(await running[1]).toBe('permitted')
    const answered = stage.ofType('relay.answered')[0]
    expect(answered).toMatchObject({ engine: 'stock', request: others })
    const view = envelopeOf({ engine: 'stock', text: 'delete from t' })
    await stage.stock.ask(view.body)
    await stage.decide('ann', view.id)
    const [{ evidence }] = (await stage.stock.answers(view.id)).body['answers'] as [{ evidence: string }]
    expect(await orders.guard.approvals.submit(mine, evidence)).toEqual({
      counted: false,
      reason: expect.stringContaining('no-evidence') as string,
    })
    expect(orders.ofType('approval.refused-vote')).toMatchObject([
      { request: mine, reason: expect.stringContaining('no-evidence') as string },
    ])
    await stage.decide('bob', mine)
    expect(await running[0]).toBe('permitted')
    await expect.poll(() => stage.desk.history(9).map(({ end }) => end)).toEqual(['consumed', 'consumed'])
    expect(stage.desk.history(9)).toMatchObject([
      { engine: 'orders', answers: [{ receipt: { counted: true } }] },
      { engine: 'stock', answers: [{ receipt: { counted: true } }] },
    ])
  })

  it('cannot use an answer a second time, also when the relay was started anew', async () => {
    const stage = await RelayStage.open()
    const engine = await GuardedEngine.open(stage, stage.orders)
    const running = engine.deletes()
    await expect.poll(() => stage.desk.pending().length).toBe(1)
    const id = stage.desk.pending()[0]?.request.id ?? ''
    let evidence = ''
    stage.desk.on('changed', () => {
      evidence ||= stage.desk.ofEngine('orders', id)?.evidenceAfter(0)[0]?.evidence ?? ''
    })
    await stage.decide('ann', id)
    expect(await running).toBe('permitted')
    expect(claimsOf(evidence)).toMatchObject({ req: id, dec: 'allow' })
    await expect.poll(() => stage.desk.history(1).length).toBe(1)
    await stage.stop()
    await stage.start()
    expect((await stage.orders.answers(id)).body).toEqual({ answers: [], state: 'over' })
    const again = engine.deletes()
    await expect.poll(() => stage.desk.pending().length).toBe(1)
    const next = stage.desk.pending()[0]?.request.id ?? ''
    expect(await engine.guard.approvals.submit(id, evidence)).toMatchObject({ counted: false })
    expect(await engine.guard.approvals.submit(next, evidence)).toMatchObject({ counted: false })
    expect(engine.ofType('approval.refused-vote')).toMatchObject([{ request: next }])
    await stage.decide('ann', next, { decision: 'deny', reason: 'no more' })
    expect(await again).toBe('ERR_APPROVAL_DENIED')
  })
})
