import { afterEach, describe, expect, it } from 'vitest'
import type { Ledger } from '../../src/ledger/ledger.js'
import { closeGuards, codeOf, glassBench, oncall, outage, sharedLedger } from './support.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { startMs } from '../duties/support.js'

afterEach(closeGuards)

const glassSteps = (steps: readonly string[]) => steps.filter((step) => step === 'notify' || step.includes('glass.'))

describe('before glass opens', () => {
  it('the ledger has it, then the disk, then people are told', async () => {
    const clock = fixedClock(startMs)
    const ledger = sharedLedger(clock)
    const on = await glassBench({ clock, ledger })
    let inLedger: unknown
    on.interfere = (event) => {
      if (event.type === 'glass.broken') inLedger = (ledger.get('glasses') as { value: unknown }).value
      return undefined
    }
    const session = await on.open(oncall())
    await session.breakGlass(outage)
    expect(inLedger).toMatchObject([{ rule: 'G1', ticket: 'INC-4711' }])
    expect(glassSteps(on.steps)).toEqual(['append:glass.broken:synced', 'notify'])
    expect(on.of('glass.broken')).toMatchObject([
      { rule: 'G1', target: 'db', reason: outage.reason, ticket: outage.ticket, session: session.id },
    ])
  })

  it('nothing is lifted: not while it is recorded, not while people are being told', async () => {
    const on = await glassBench()
    const session = await on.open(oncall())
    const seen: string[] = []
    on.notify = async () => {
      seen.push(await on.tries(session, 'write'))
    }
    await session.breakGlass(outage)
    expect(seen).toEqual(['held'])
    expect(await on.tries(session, 'write')).toBe('permitted')
  })

  it('those who are told see who, why and for how long, escaped', async () => {
    const on = await glassBench()
    const session = await on.open(oncall())
    await session.breakGlass({ ...outage, reason: 'down \u202e now' })
    const [told] = on.told
    expect(told).toMatchObject({ who: { kind: 'human', subject: { id: 'ada' } }, untilMs: startMs + 3_600_000 })
    expect(told?.reviewByMs).toBe(startMs + 25 * 3_600_000)
    expect(told?.view.text).toContain('down \\u{202e} now')
    expect(Object.isFrozen(told) && Object.isFrozen(told?.view) && Object.isFrozen(told?.who.subject)).toBe(true)
  })

  it('observers learn of it once it is open, and one that throws changes nothing', async () => {
    const on = await glassBench()
    const session = await on.open(oncall())
    const seen: string[] = []
    on.guard.on('glassBroken', () => {
      throw new Error('of the listener')
    })
    on.guard.on('glassBroken', ({ id }) => seen.push(id))
    const glass = await session.breakGlass(outage)
    expect(seen).toEqual([glass.id])
    expect(glass.open).toBe(true)
  })
})

describe('glass that cannot be broken as it should stays whole', () => {
  const failing = async (arrange: (on: Awaited<ReturnType<typeof glassBench>>) => void) => {
    const on = await glassBench()
    const session = await on.open(oncall())
    arrange(on)
    const code = await codeOf(session.breakGlass(outage))
    on.interfere = undefined
    on.notify = () => undefined
    return { code, on, session }
  }

  it.each([
    ['throws', () => Promise.reject(new Error('no line'))],
    [
      'throws at once',
      () => {
        throw new Error('no line')
      },
    ],
    ['hangs', () => new Promise<void>(() => undefined)],
  ])('when whoever tells people %s, and another try is free', async (_how, notify) => {
    const { code, on, session } = await failing((bench) => {
      bench.notify = notify
    })
    expect(code).toBe('ERR_GLASS_UNNOTIFIED')
    expect(await on.tries(session, 'write')).toBe('held')
    expect(on.of('glass.ended')).toMatchObject([{ end: 'not-opened' }])
    expect(on.of('glass.refused')).toMatchObject([{ code: 'ERR_GLASS_UNNOTIFIED' }])
    expect(await on.guard.glass.pending()).toEqual([])
    expect(await codeOf(session.breakGlass(outage))).toBe('open')
  })

  it.each([
    ['fails', () => Promise.reject(new Error('disk full'))],
    ['hangs', () => new Promise<never>(() => undefined)],
  ])('when the journal %s', async (_how, append) => {
    const { code, on, session } = await failing((bench) => {
      bench.interfere = (event) => (event.type === 'glass.broken' ? append() : undefined)
    })
    expect(['ERR_JOURNAL_UNAVAILABLE', 'ERR_DEADLINE']).toContain(code)
    expect(on.told).toEqual([])
    expect(await on.tries(session, 'write')).toBe('held')
    expect(await on.guard.glass.pending()).toEqual([])
  })

  it('and has to be reviewed all the same, when it cannot be noted that it never opened', async () => {
    const { on, session } = await failing((bench) => {
      bench.notify = () => Promise.reject(new Error('no line'))
      bench.interfere = (event) => (event.type === 'glass.ended' ? Promise.reject(new Error('disk full')) : undefined)
    })
    expect(await on.tries(session, 'write')).toBe('held')
    expect(await codeOf(session.breakGlass(outage))).toBe('ERR_GLASS_UNREVIEWED')
  })

  const ledgers: [string, (inner: Ledger) => Partial<Ledger>][] = [
    ['cannot be read', () => ({ get: () => Promise.reject(new Error('gone')) })],
    ['does not take it', () => ({ commit: () => Promise.reject(new Error('gone')) })],
    ['tells a time that is no number', () => ({ nowMs: () => Promise.resolve(Number.NaN) })],
    ['does not know the time', () => ({ nowMs: () => Promise.reject(new Error('gone')) })],
    ['never answers', () => ({ get: () => new Promise(() => undefined) })],
    [
      'holds something else',
      () => ({ get: (key) => (key === 'glasses' ? { value: 'none', version: 1 } : { value: undefined, version: 0 }) }),
    ],
    [
      'holds one that cannot be read',
      () => ({
        get: (key) => (key === 'glasses' ? { value: [{ id: 'x' }], version: 1 } : { value: undefined, version: 0 }),
      }),
    ],
  ]

  it.each(ledgers)('when the ledger %s', async (_how, change) => {
    const clock = fixedClock(startMs)
    const inner = sharedLedger(clock)
    let broken = false
    const ledger: Ledger = {
      get: (key) => (broken && change(inner).get?.(key)) || inner.get(key),
      commit: (changes) => (broken && change(inner).commit?.(changes)) || inner.commit(changes),
      nowMs: () => (broken && change(inner).nowMs?.()) || inner.nowMs(),
      close: () => Promise.resolve(),
    }
    const on = await glassBench({ clock, ledger })
    const session = await on.open(oncall())
    broken = true
    expect(['ERR_LEDGER_UNAVAILABLE', 'ERR_DEADLINE']).toContain(await codeOf(session.breakGlass(outage)))
    broken = false
    expect(glassSteps(on.steps)).toEqual(['append:glass.refused:written'])
    expect(await on.tries(session, 'write')).toBe('held')
  })

  it('when the session ends while people are being told', async () => {
    const on = await glassBench()
    const session = await on.open(oncall())
    on.notify = () => session.close()
    expect(await codeOf(session.breakGlass(outage))).toBe('ERR_SESSION_CLOSED')
    expect(await on.guard.glass.pending()).toEqual([])
  })

  it('when the target is revoked while people are being told', async () => {
    const on = await glassBench()
    const session = await on.open(oncall())
    on.notify = async () => {
      await on.guard.revoke({ kind: 'target', id: 'db' }, { reason: 'incident' })
    }
    expect(await codeOf(session.breakGlass(outage))).toBe('ERR_REVOKED')
  })

  it('when the rule goes while people are being told', async () => {
    const on = await glassBench()
    const session = await on.open(oncall())
    on.notify = async () => {
      on.policy = { ...on.policy, breakGlass: on.policy.breakGlass?.slice(1) ?? [] }
      await on.guard.reload()
    }
    expect(await codeOf(session.breakGlass(outage))).toBe('ERR_GLASS_REFUSED')
    expect(on.of('glass.ended')).toMatchObject([{ end: 'not-opened' }])
  })

  it('when trying it over and over fills the budget of the session', async () => {
    const on = await glassBench({ journalBudget: 20_000 })
    const session = await on.open(oncall())
    const codes = new Set<string>()
    for (let attempt = 0; attempt < 20; attempt++) {
      codes.add(await codeOf(session.breakGlass({ ...outage, target: 'nowhere' })))
    }
    expect(session.closed).toBe(true)
    expect(on.of('glass.refused').length).toBeLessThan(10)
    expect(codes).toContain('ERR_LIMIT_EXCEEDED')
  })
})
