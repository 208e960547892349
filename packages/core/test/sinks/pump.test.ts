import { describe, expect, it } from 'vitest'
import { BothKeysError } from '../../src/errors.js'
import type { Delivery } from '../../src/sinks/sink.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { TestSink, append, context, journalOf, pumpOf, upTo } from './support.js'

const failed: Delivery = { outcome: 'failed', why: 'it is down' }

describe('a pump', () => {
  it('sends every event in order, and those that come later', async () => {
    const journal = await journalOf(10)
    const sink = new TestSink('siem', 3)
    const { pump, told } = pumpOf(sink, journal)
    await expect.poll(() => sink.lsns).toEqual(upTo(10))
    await append(journal, 10, 15)
    await expect.poll(() => sink.lsns).toEqual(upTo(15))
    await pump.close(1000)
    expect(sink.batches.every(({ events }) => events.length <= 3)).toBe(true)
    expect(told).toEqual({ behind: [], recovered: [], stopped: [] })
    expect(sink.closed).toBe(1)
  })

  it('names a batch by its first and its last event, and an event by its hash', async () => {
    const sink = new TestSink('siem', 4)
    const { pump } = pumpOf(sink, await journalOf(6))
    await expect.poll(() => sink.taken.length).toBe(6)
    await pump.close(1000)
    const [first, second] = sink.batches
    expect(first!.key).toBe(`${sink.taken[0]!.hash}-${sink.taken[3]!.hash}`)
    expect(second!.key).toBe(`${sink.taken[4]!.hash}-${sink.taken[5]!.hash}`)
    expect(Object.isFrozen(first) && Object.isFrozen(first!.events) && Object.isFrozen(first!.events[0])).toBe(true)
  })

  it('sends the same batch again until it is taken, and says so each time and when it is over', async () => {
    const sink = new TestSink()
    let tries = 0
    sink.answer = () => (++tries < 5 ? failed : { outcome: 'taken' })
    const { pump, told } = pumpOf(sink, await journalOf(7))
    await expect.poll(() => told.recovered.length).toBe(1)
    await pump.close(1000)
    expect(sink.lsns).toEqual(upTo(7))
    expect(new Set(sink.batches.map(({ key }) => key)).size).toBe(1)
    expect(told.behind.map(({ retryMs }) => retryMs)).toEqual([0.75, 1.5, 3, 3])
    const [first] = told.behind
    expect(first).toMatchObject({ sink: 'siem', events: 7, error: { code: 'ERR_SINK_UNAVAILABLE' } })
    expect(first!.error.message).toBe('the sink siem did not take events: it is down')
    expect(told.recovered[0]).toEqual({ sink: 'siem', sinceAt: first!.sinceAt })
    expect(first).not.toHaveProperty('refused')
  })

  it('waits as long as the sink asks for, within its bounds', async () => {
    const sink = new TestSink()
    let tries = 0
    sink.answer = () => (++tries < 3 ? { ...failed, retryMs: tries === 1 ? 3.5 : 3_600_000 } : { outcome: 'taken' })
    const { pump, told } = pumpOf(sink, await journalOf(2))
    await expect.poll(() => told.recovered.length).toBe(1)
    await pump.close(1000)
    expect(told.behind.map(({ retryMs }) => retryMs)).toEqual([3.5, 4])
  })

  it.each<readonly [string, () => Delivery | Promise<Delivery>, string]>([
    ['throws', () => Promise.reject(new Error('secret')), 'it threw'],
    [
      'throws at once',
      () => {
        throw new Error('secret')
      },
      'it threw',
    ],
    ['answers nothing', () => undefined as unknown as Delivery, 'it answered nothing that is a delivery'],
    ['answers null', () => null as unknown as Delivery, 'it answered nothing that is a delivery'],
    ['answers true', () => true as unknown as Delivery, 'it answered nothing that is a delivery'],
    [
      'fails for a reason of two lines',
      () => ({ outcome: 'failed', why: 'a\nb' }),
      'it answered nothing that is a delivery',
    ],
    [
      'fails without a reason',
      () => ({ outcome: 'failed' }) as unknown as Delivery,
      'it answered nothing that is a delivery',
    ],
  ])('does not believe that a sink took what it did not say it took: %s', async (_what, answer, why) => {
    const sink = new TestSink()
    sink.answer = answer
    const { pump, told } = pumpOf(sink, await journalOf(3))
    await expect.poll(() => told.behind.length).toBeGreaterThan(1)
    expect(told.behind[0]!.error.message).toBe(`the sink siem did not take events: ${why}`)
    sink.answer = () => ({ outcome: 'taken' })
    await expect.poll(() => sink.lsns).toEqual(upTo(3))
    await pump.close(1000)
  })

  it('finds the event that a sink refuses, sends what stands before it and nothing behind it', async () => {
    const sink = new TestSink()
    sink.answer = ({ events }) =>
      events.some(({ lsn }) => lsn === 5) ? { outcome: 'refused', why: 'it answered HTTP 400' } : { outcome: 'taken' }
    const { pump, told } = pumpOf(sink, await journalOf(9))
    await expect.poll(() => told.behind.length).toBeGreaterThan(2)
    expect(sink.lsns).toEqual(upTo(5))
    expect(told.behind[0]).toMatchObject({ events: 4, refused: { lsn: 5, hash: sink.batches.at(-1)!.events[0]!.hash } })
    expect(told.behind[0]!.error.message).toBe('the sink siem refuses an event: it answered HTTP 400')
    // Slowly from the first time on.
    expect(new Set(told.behind.map(({ retryMs }) => retryMs))).toEqual(new Set([3]))
    sink.answer = () => ({ outcome: 'taken' })
    await expect.poll(() => sink.lsns).toEqual(upTo(9))
    await pump.close(1000)
    expect(told.recovered).toHaveLength(1)
  })

  it('remembers how much goes through at once', async () => {
    const sink = new TestSink()
    sink.answer = ({ events }) =>
      events.length > 10 ? { outcome: 'refused', why: 'it answered HTTP 413' } : { outcome: 'taken' }
    const { pump, told } = pumpOf(sink, await journalOf(400))
    await expect.poll(() => sink.taken.length).toBe(400)
    await pump.close(1000)
    expect(sink.lsns).toEqual(upTo(400))
    // 400, 200, 100, 50, 25 and 13 are too much; then hardly anything is.
    expect(sink.batches.filter(({ events }) => events.length > 10).length).toBeLessThan(10)
    expect(told.behind).toEqual([])
  })

  it('sends more at once again behind an event that a sink refused alone', async () => {
    const sink = new TestSink()
    let isBad = true
    sink.answer = ({ events }) =>
      isBad && events.some(({ lsn }) => lsn === 5) ? { outcome: 'refused', why: 'HTTP 400' } : { outcome: 'taken' }
    const { pump, told } = pumpOf(sink, await journalOf(400))
    await expect.poll(() => told.behind.length).toBeGreaterThan(0)
    isBad = false
    await expect.poll(() => sink.taken.length).toBe(400)
    await pump.close(1000)
    expect(sink.lsns).toEqual(upTo(400))
    expect(Math.max(...sink.batches.slice(-3).map(({ events }) => events.length))).toBeGreaterThan(64)
  })

  it('ends, and says so, where a sink does not close', async () => {
    const sink = new TestSink()
    sink.close = () => new Promise(() => undefined)
    const { pump, told } = pumpOf(sink, await journalOf(3), { graceMs: 5 })
    await pump.close(1000)
    expect(sink.lsns).toEqual(upTo(3))
    expect(told.stopped).toMatchObject([{ sink: 'siem', events: 0, error: { code: 'ERR_SINK_UNAVAILABLE' } }])
    expect(told.stopped[0]?.error.message).toBe('the sink siem did not take events: it does not close')
  })

  it('ends where a sink neither takes events nor closes, and counts what it did not take', async () => {
    const sink = new TestSink()
    sink.answer = () => new Promise(() => undefined)
    sink.close = () => new Promise(() => undefined)
    const journal = await journalOf(3)
    const { pump, told } = pumpOf(sink, journal, { graceMs: 5 })
    await pump.close(20)
    expect(told.stopped).toMatchObject([{ sink: 'siem', events: 3, error: { code: 'ERR_SINK_UNAVAILABLE' } }])
    const next = new TestSink()
    const again = pumpOf(next, journal)
    await expect.poll(() => next.lsns).toEqual(upTo(3))
    await again.pump.close(1000)
  })

  it('aborts a delivery that takes too long', async () => {
    const sink = new TestSink('siem', 500, 5)
    const reasons: unknown[] = []
    sink.answer = (_batch, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason)
          reject(new Error('aborted'))
        })
      })
    const { pump, told } = pumpOf(sink, await journalOf(2))
    await expect.poll(() => told.behind.length).toBeGreaterThan(1)
    expect(told.behind[0]!.error.message).toBe('the sink siem did not take events: it takes longer than 5 ms')
    expect(reasons[0]).toMatchObject({ name: 'TimeoutError' })
    sink.answer = () => ({ outcome: 'taken' })
    await expect.poll(() => sink.lsns).toEqual(upTo(2))
    await pump.close(1000)
  })

  it('never calls a sink that hangs a second time, and takes what it says in the end', async () => {
    const sink = new TestSink('siem', 500, 2)
    let finish: (delivery: Delivery) => void = () => undefined
    sink.answer = () =>
      new Promise((resolve) => {
        finish = resolve
      })
    const { pump, told } = pumpOf(sink, await journalOf(4), { graceMs: 1 })
    await expect.poll(() => told.behind.length).toBeGreaterThan(3)
    expect(sink.batches).toHaveLength(1)
    finish({ outcome: 'taken' })
    await expect.poll(() => told.recovered.length).toBe(1)
    await pump.close(1000)
    expect(sink.batches).toHaveLength(1)
    expect(sink.lsns).toEqual(upTo(4))
  })

  it('is not told to be quick by a sink', async () => {
    const sink = new TestSink()
    const asked = [Number.NaN, -5, '7' as unknown as number]
    sink.answer = () => (asked.length > 0 ? { ...failed, retryMs: asked.shift() } : { outcome: 'taken' })
    const { pump, told } = pumpOf(sink, await journalOf(2))
    await expect.poll(() => told.recovered.length).toBe(1)
    await pump.close(1000)
    expect(told.behind.map(({ retryMs }) => retryMs)).toEqual([0.75, 1.5, 3])
  })

  it('lets everything else have its turn between two batches', async () => {
    const sink = new TestSink('siem', 1)
    const { pump } = pumpOf(sink, await journalOf(300))
    const perTurn: number[] = []
    for (let before = 0; sink.taken.length < 300; before = sink.taken.length) {
      await new Promise(setImmediate)
      perTurn.push(sink.taken.length - before)
    }
    await pump.close(1000)
    expect(Math.max(...perTurn)).toBeLessThanOrEqual(2)
  })

  it('closes although its sink cannot let go', async () => {
    const sink = new TestSink()
    sink.close = () => {
      throw new Error('it is stuck')
    }
    const { pump, told } = pumpOf(sink, await journalOf(3))
    await pump.close(1000)
    expect(sink.lsns).toEqual(upTo(3))
    expect(told.stopped).toEqual([])
  })

  it('feeds each sink by itself', async () => {
    const journal = await journalOf(20)
    const [down, up] = [new TestSink('down'), new TestSink('up')]
    down.answer = () => new Promise(() => undefined)
    const pumps = [pumpOf(down, journal), pumpOf(up, journal)]
    await expect.poll(() => up.lsns).toEqual(upTo(20))
    expect(down.taken).toEqual([])
    await Promise.all(pumps.map(({ pump }) => pump.close(20)))
    expect(pumps[0]!.told.stopped).toMatchObject([
      { sink: 'down', events: 20, error: { code: 'ERR_SINK_UNAVAILABLE' } },
    ])
    expect(pumps[1]!.told.stopped).toEqual([])
  })

  it('sends what is there when it closes', async () => {
    const journal = await journalOf(50)
    const sink = new TestSink('siem', 7)
    const { pump, told } = pumpOf(sink, journal, { idleMs: 3_600_000 })
    await expect.poll(() => sink.taken.length).toBe(50)
    await append(journal, 50, 90)
    await pump.close(10_000)
    expect(sink.lsns).toEqual(upTo(90))
    expect(told.stopped).toEqual([])
  })

  it('tries a sink that is down once more when it closes, and says what is left', async () => {
    const sink = new TestSink()
    sink.answer = () => failed
    const { pump, told } = pumpOf(sink, await journalOf(5), { backOffMs: 3_600_000, mostBackOffMs: 3_600_000 })
    await expect.poll(() => told.behind.length).toBe(1)
    await pump.close(10_000)
    expect(sink.batches).toHaveLength(2)
    expect(told.stopped).toMatchObject([{ sink: 'siem', events: 5, error: { code: 'ERR_SINK_UNAVAILABLE' } }])
  })

  it('goes on where the sink was, in the next guard', async () => {
    const factory = memoryJournal()
    const journal = await factory.open(context)
    await append(journal, 1, 5)
    const first = new TestSink()
    const before = pumpOf(first, journal)
    await before.pump.close(1000)
    await journal.close()
    const again = await factory.open(context)
    const second = new TestSink()
    const after = pumpOf(second, again)
    await expect.poll(() => second.lsns).toEqual([5])
    await after.pump.close(1000)
    expect(first.lsns).toEqual(upTo(5))
  })

  it('reads a journal later that cannot be read now, and stops at one that is damaged', async () => {
    const journal = await journalOf(3)
    const sink = new TestSink()
    const inner = journal.follow!('siem', () => undefined)
    const errors = [new BothKeysError('ERR_JOURNAL_UNAVAILABLE', 'later')]
    const follower = new Proxy(inner, {
      get: (of, name) => {
        if (name !== 'next') {
          const value: unknown = Reflect.get(of, name, of)
          return typeof value === 'function' ? value.bind(of) : value
        }
        const error = errors.shift()
        return error === undefined ? of.next.bind(of) : () => Promise.reject(error)
      },
    })
    const { pump, told } = pumpOf(sink, { ...journal, follow: () => follower } as typeof journal)
    await expect.poll(() => sink.lsns).toEqual(upTo(3))
    expect(told.behind).toMatchObject([{ events: 3, error: { code: 'ERR_JOURNAL_UNAVAILABLE' } }])
    expect(told.recovered).toHaveLength(1)
    errors.push(new BothKeysError('ERR_JOURNAL_CORRUPT', 'somebody changed it'))
    await append(journal, 3, 6)
    await expect.poll(() => told.stopped.length).toBe(1)
    expect(told.stopped[0]).toMatchObject({ events: 3, error: { code: 'ERR_JOURNAL_CORRUPT' } })
    await pump.close(1000)
    expect(sink.lsns).toEqual(upTo(3))
    expect(told.stopped).toHaveLength(1)
  })
})
