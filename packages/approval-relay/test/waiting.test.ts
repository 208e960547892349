import { describe, expect, it } from 'vitest'
import { EngineApi } from '../src/engine-api.js'
import { RelayServer } from '../src/http/relay-server.js'
import { relayLimits } from '../src/relay-limits.js'
import { WaitingPlaces } from '../src/waiting-places.js'
import { envelopeOf } from './support/envelopes.js'
import { closedLater, RelayStage } from './support/relay-stage.js'

describe('a question for answers', () => {
  it('is answered with what was decided while its sender was being checked', async () => {
    const stage = await RelayStage.open()
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    let isChecked = (_engine: string): void => undefined
    const api = new EngineApi({
      desk: stage.desk,
      // Nothing is refused here.
      record: undefined as never,
      limits: relayLimits(),
      engines: 1,
      monotonicMs: () => 0,
      nowMs: () => 0,
      senderOf: () => new Promise((resolve) => (isChecked = resolve)),
      onFailure: (cause) => stage.failures.push(cause),
    })
    const route = api.routes().find(({ method }) => method === 'GET')
    const url = new URL(`${stage.url}/v1/requests/${id}/answers?after=0&waitS=25`)
    const asked = route?.handle(
      { method: 'GET', path: url.pathname, url, params: { id }, headers: {}, body: new Uint8Array() },
      new AbortController().signal,
    )
    expect(await stage.decide('ann', id)).toMatchObject({ decided: true })
    isChecked('orders')
    // It is answered within the turn, without a wait.
    await new Promise((resolve) => setImmediate(resolve))
    expect(stage.desk.ofEngine('orders', id)?.waiting).toBe(0)
    expect(JSON.parse(String((await asked)?.body))).toMatchObject({ state: 'pending', answers: [{ n: 1 }] })
  })

  it('wakes for its own request, among many that wait and however often it was asked', async () => {
    const stage = await RelayStage.open({ limits: { decisionsPerPersonPerMinute: 100 } })
    const asked = Array.from({ length: 20 }, () => envelopeOf())
    const taken = await Promise.all(asked.map(({ body }) => stage.orders.ask(body)))
    expect(taken.map(({ status }) => status)).toEqual(asked.map(() => 201))
    const answers = asked.map(({ id }) =>
      Promise.all([stage.orders.answers(id, 0, 25), stage.orders.answers(id, 0, 25)]),
    )
    const waiting = (): readonly (number | undefined)[] =>
      asked.map(({ id }) => stage.desk.ofEngine('orders', id)?.waiting)
    await expect.poll(waiting).toEqual(asked.map(() => 2))
    const [first, ...others] = asked.toReversed()
    expect(await stage.decide('ann', first?.id ?? '')).toMatchObject({ decided: true })
    expect(waiting()).toEqual([...others.map(() => 2), 0])
    await Promise.all(others.map(({ id }) => stage.decide('bob', id)))
    for (const both of await Promise.all(answers)) {
      expect(both.map(({ body }) => body)).toMatchObject([{ answers: [{ n: 1 }] }, { answers: [{ n: 1 }] }])
    }
  })

  it('waits no longer when its engine is gone, and gives its place back', async () => {
    const stage = await RelayStage.open({ limits: { waitingPerEngine: 1 } })
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    const path = `/v1/requests/${id}/answers?after=0&waitS=25`
    const gone = new AbortController()
    const headers = { authorization: `Bearer ${await stage.orders.token('GET', path)}` }
    const left = fetch(`${stage.url}${path}`, { headers, signal: gone.signal }).catch(() => 'left')
    const waiting = (): number | undefined => stage.desk.ofEngine('orders', id)?.waiting
    await expect.poll(waiting).toBe(1)
    gone.abort()
    expect(await left).toBe('left')
    await expect.poll(waiting).toBe(0)
    const again = stage.orders.answers(id, 0, 25)
    await expect.poll(waiting).toBe(1)
    await stage.decide('ann', id)
    expect((await again).body).toMatchObject({ answers: [{ n: 1 }] })
    expect(stage.failures).toEqual([])
  })

  it('is let go of by the server as soon as nobody listens', async () => {
    let hasBegun = (): void => undefined
    let hasEnded = (): void => undefined
    const begun = new Promise<void>((resolve) => (hasBegun = resolve))
    const ended = new Promise<void>((resolve) => (hasEnded = resolve))
    const failures: unknown[] = []
    const handle = async (_incoming: unknown, signal: AbortSignal): Promise<{ readonly status: number }> => {
      hasBegun()
      // Nothing else ends this wait.
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve)
      })
      hasEnded()
      throw signal.reason
    }
    const server = new RelayServer({
      routes: [{ method: 'GET', path: '/wait', kind: 'open', handle }],
      publicUrl: new URL('https://approvals.example'),
      connections: 4,
      onFailure: (cause) => failures.push(cause),
    })
    closedLater(() => server.close())
    const { origin } = await server.listen({ port: 0 })
    const gone = new AbortController()
    const left = fetch(`${origin}/wait`, { signal: gone.signal }).catch(() => 'left')
    await begun
    gone.abort()
    expect(await left).toBe('left')
    await ended
    // That somebody left is no failure of the relay.
    await server.close()
    expect(failures).toEqual([])
  })

  it('of one engine keeps neither another engine nor people out', async () => {
    // Twelve places for two engines: three are each one's own, six are common.
    const stage = await RelayStage.open({ limits: { connections: 16 } })
    const asked = Array.from({ length: 12 }, () => envelopeOf())
    for (const { body } of asked) expect(await stage.orders.ask(body)).toMatchObject({ status: 201 })
    const { body, id } = envelopeOf({ engine: 'stock' })
    await stage.stock.ask(body)
    const answers = asked.map((each) => stage.orders.answers(each.id, 0, 25))
    const waiting = (): number => asked.filter((each) => stage.desk.ofEngine('orders', each.id)?.waiting === 1).length
    await expect.poll(waiting).toBe(9)
    await expect.poll(() => stage.refusals()).toEqual(['too-many-waiting'])
    const other = stage.stock.answers(id, 0, 25)
    await expect.poll(() => stage.desk.ofEngine('stock', id)?.waiting).toBe(1)
    expect((await fetch(`${stage.url}/readyz`)).status).toBe(200)
    await stage.decide('ann', id)
    expect((await other).body).toMatchObject({ answers: [{ n: 1 }] })
    // Who was refused and asks again has what was decided meanwhile.
    for (const each of asked) await stage.decide('bob', each.id)
    const refused = (await Promise.all(answers)).filter(({ status }) => status === 429)
    expect(refused.map(({ retryAfter }) => retryAfter)).toEqual(['1', '1', '1'])
    for (const each of asked) {
      expect((await stage.orders.answers(each.id, 0, 25)).body).toMatchObject({ answers: [{ n: 1 }] })
    }
  })
})

describe('the places for waiting questions', () => {
  const of = (engine: string, most: number, places: WaitingPlaces): number => {
    let taken = 0
    while (taken < most && places.take(engine)) taken++
    return taken
  }

  it('are an engine’s own share, and then what is common', () => {
    const places = new WaitingPlaces({ connections: 16, engines: 3, perEngine: 100 })
    expect(of('a', 100, places)).toBe(8)
    expect(of('b', 100, places)).toBe(2)
    expect(of('c', 100, places)).toBe(2)
    places.release('b')
    expect(of('a', 100, places)).toBe(0)
    expect(of('b', 100, places)).toBe(1)
    places.release('a')
    expect(of('b', 100, places)).toBe(1)
    for (let n = 0; n < 7; n++) places.release('a')
    for (let n = 0; n < 3; n++) places.release('b')
    expect(of('b', 100, places)).toBe(8)
  })

  it('are no more for one engine than its limit', () => {
    const places = new WaitingPlaces({ connections: 16, engines: 1, perEngine: 3 })
    expect(of('a', 100, places)).toBe(3)
    places.release('a')
    expect(of('a', 100, places)).toBe(1)
  })
})
