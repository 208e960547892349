import { describe, expect, it } from 'vitest'
import type { TraceSource } from '../../src/session-trace.js'
import { agent, answering, ask, bench, describeAs, person, verdict } from './support.js'

const one = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }
const other = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }

describe('trace ids', () => {
  it('are on every event of a session that has a trace, of an action from its approval to its outcome', async () => {
    const on = await bench({ approvers: [answering('allow', await person())] })
    const { access } = await on.access(agent, { trace: one })
    const admission = await ask(access, describeAs('delete'))
    if (admission.outcome !== 'permitted') throw new Error('not permitted')
    admission.permit.use()
    await admission.permit.settle({ outcome: 'completed' })
    await ask(access, describeAs('write'), { recheck: () => false })
    await ask(access, describeAs('define'))
    const events = on.events.filter(({ session }) => session === access.sessionId)
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set([
        'session.open',
        'approval.requested',
        'approval.vote',
        'action.intent',
        'action.outcome',
        'action.denied',
      ]),
    )
    for (const event of events) expect(event).toMatchObject(one)
  })

  it('are read when an action is decided, and stay with it', async () => {
    const on = await bench()
    let now: typeof one | undefined
    const { access } = await on.access(agent, { trace: () => now })
    await ask(access, describeAs('read'))
    now = one
    const first = await ask(access, describeAs('read'))
    now = other
    await ask(access, describeAs('read'))
    if (first.outcome !== 'permitted') throw new Error('not permitted')
    await first.permit.settle({ outcome: 'completed' })
    expect(on.events.slice(-5).map(({ traceId, spanId, type }) => ({ traceId, spanId, type }))).toEqual([
      { type: 'session.open' },
      { type: 'action.intent' },
      { type: 'action.intent', ...one },
      { type: 'action.intent', ...other },
      { type: 'action.outcome', ...one },
    ])
  })

  it('are absent when nobody gives them', async () => {
    const on = await bench()
    const { access } = await on.access()
    await ask(access, describeAs('read'))
    expect(on.events.filter((event) => 'traceId' in event || 'spanId' in event)).toEqual([])
  })

  it.each([
    ['short', { ...one, traceId: 'abc' }],
    ['in capitals', { ...one, traceId: one.traceId.toUpperCase() }],
    ['of zeros', { ...one, traceId: '0'.repeat(32) }],
    ['with a span of zeros', { ...one, spanId: '0'.repeat(16) }],
    ['with a long span', { ...one, spanId: one.traceId }],
    ['without a span', { traceId: one.traceId }],
    ['a text that would break the record', { ...one, spanId: '","x":"' }],
    ['no object', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  ])('are refused when they are %s, and left out when a function answers them', async (_what, wrong) => {
    const on = await bench()
    const failures: unknown[] = []
    on.guard.on('failure', (event) => failures.push(event))
    await expect(on.access(agent, { trace: wrong as TraceSource })).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
    })
    const { access } = await on.access(agent, { trace: (() => wrong) as TraceSource })
    expect(verdict(await ask(access, describeAs('read')))).toBe('permitted')
    expect(on.events.at(-1)).toMatchObject({ type: 'action.intent' })
    expect(on.events.at(-1)).not.toHaveProperty('spanId')
    expect(failures).toHaveLength(2)
  })

  it.each<[string, () => never]>([
    [
      'throws',
      () => {
        throw new Error('no span')
      },
    ],
    [
      'answers something whose members throw',
      () =>
        ({
          get traceId(): string {
            throw new Error('no span')
          },
        }) as never,
    ],
  ])('never stop an action when the function %s', async (_what, trace) => {
    const on = await bench()
    const causes: unknown[] = []
    on.guard.on('failure', ({ cause }) => causes.push(cause))
    const { access } = await on.access(agent, { trace })
    expect(verdict(await ask(access, describeAs('write')))).toBe('permitted')
    expect(verdict(await ask(access, describeAs('define')))).toBe('ERR_DENIED')
    expect(on.events.slice(-2)).toMatchObject([{ type: 'action.intent' }, { type: 'action.denied' }])
    expect(causes).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ message: 'no span' })))
  })

  it('never end the process when the function is async and rejects', async () => {
    const on = await bench()
    const failures: unknown[] = []
    on.guard.on('failure', ({ refusal }) => failures.push(refusal.code))
    const trace = (() => Promise.reject(new Error('no span'))) as never
    const { access } = await on.access(agent, { trace })
    expect(verdict(await ask(access, describeAs('read')))).toBe('permitted')
    // A rejection that nobody handles is found by the runner.
    await new Promise((resolve) => setImmediate(resolve))
    expect(failures).toEqual(['ERR_CONFIG_INVALID', 'ERR_CONFIG_INVALID'])
  })
})
