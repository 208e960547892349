import type { Ledger } from '@bothkeys/core'
import { memoryLedger } from '@bothkeys/core'
import { BothKeysError, type HeldNotice } from '@bothkeys/core/adapter'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Claims } from '../../src/calls/claims.js'

/** What a test sets the time of. */
const clock = { ms: 1_000, wallMs: () => clock.ms, monotonicMs: () => clock.ms }
let ledger: Ledger
beforeEach(() => {
  clock.ms = 1_000
  ledger = memoryLedger({ clock })
})

const name = 'tool-call:key'
const spent = expect.objectContaining({ code: 'ERR_PERMIT_SPENT' }) as unknown
const two = (): [Claims, Claims] => [new Claims(ledger, 60_000), new Claims(ledger, 60_000)]

/** The same ledger, with something done right before one of its steps. */
function raced(before: () => unknown, step: 'nowMs' | 'commit' = 'commit'): Ledger {
  return {
    get: (key) => ledger.get(key),
    nowMs: async () => {
      if (step === 'nowMs') await before()
      return ledger.nowMs()
    },
    close: () => ledger.close(),
    commit: async (changes) => {
      if (step === 'commit') await before()
      return ledger.commit(changes)
    },
  }
}

describe('the claim on a call', () => {
  it.each(['get', 'nowMs', 'commit'] as const)('is nobody’s while the ledger does not answer, at %s', async (step) => {
    vi.useFakeTimers()
    try {
      const hanging: Ledger = { ...raced(() => undefined), [step]: () => new Promise<never>(() => undefined) }
      const begun = new Claims(hanging, 60_000).begin('key').catch((error: unknown) => error)
      await vi.advanceTimersByTimeAsync(10_000)
      expect(await begun).toMatchObject({ code: 'ERR_DEADLINE' })
    } finally {
      vi.useRealTimers()
    }
  })

  it('says that the ledger failed, and keeps why', async () => {
    const cause = new Error('the disk is full')
    const failing: Ledger = { ...raced(() => undefined), get: () => Promise.reject(cause) }
    await expect(new Claims(failing, 60_000).begin('key')).rejects.toMatchObject({
      code: 'ERR_LEDGER_UNAVAILABLE',
      cause,
    })
  })

  it('is of one of two that begin at once', async () => {
    const [one, other] = two()
    const begun = await Promise.all([one.begin('key'), other.begin('key')])
    expect(begun.filter((each) => each === 'no')).toHaveLength(1)
    expect(begun.filter((each) => each !== 'no')).toEqual([{ before: undefined }])
  })

  it.each(['nowMs', 'commit'] as const)(
    'is of whoever came first between looking and claiming, at %s',
    async (step) => {
      const other = new Claims(ledger, 60_000)
      let begun: unknown
      const before = async (): Promise<void> => {
        begun ??= await other.begin('key')
      }
      const one = new Claims(raced(before, step), 60_000)
      expect(await one.begin('key')).toBe('no')
      expect(begun).toEqual({ before: undefined })
    },
  )

  it('is not taken while another has begun, nor once it is over', async () => {
    const [one, other] = two()
    await one.begin('key')
    expect([await other.begin('key'), await one.begin('key')]).toEqual(['no', 'no'])
    await one.end('key')
    expect([await other.begin('key'), await one.begin('key')]).toEqual(['no', 'no'])
  })

  it('goes to whoever finds it waiting, and whoever waited does not go on', async () => {
    const [one, other] = two()
    await one.begin('key')
    await one.wait('key')
    expect(await other.begin('key')).toMatchObject({ before: { state: 'waiting' } })
    await expect(one.goOn('key')).rejects.toEqual(spent)
    await expect(one.wait('key')).rejects.toEqual(spent)
    await other.wait('key')
    await other.goOn('key')
    expect(await one.begin('key')).toBe('no')
  })

  it('is not waited for by whoever comes once it went on', async () => {
    const [one, other] = two()
    await one.begin('key')
    await one.wait('key')
    await one.goOn('key')
    expect(await other.begin('key')).toBe('no')
  })

  it('is given back to whoever waited, by whoever has it alone', async () => {
    const [one, other] = two()
    await one.begin('key')
    await one.wait('key')
    const begun = await other.begin('key')
    if (begun === 'no' || !('before' in begun) || begun.before === undefined) throw new Error('nothing waited')
    await one.giveBack('key', { state: 'begun', holder: 'f00' })
    await expect(one.goOn('key')).rejects.toEqual(spent)
    await other.wait('key')
    await other.giveBack('key', begun.before)
    await one.goOn('key')
    await expect(other.goOn('key')).rejects.toEqual(spent)
  })

  it('is not ended by somebody else', async () => {
    const [one, other] = two()
    await one.begin('key')
    await one.wait('key')
    await other.end('key')
    await one.goOn('key')
    expect((await ledger.get(name)).value).toMatch(/^begun:/)
  })

  it('was taken back for whoever comes, with what people were asked, and goes on nowhere', async () => {
    const notice = { requestId: 'r', digest: 'd', rules: ['a:b'], expiresAt: new Date(0) } as unknown as HeldNotice
    const [one, other] = two()
    await one.begin('key')
    await one.wait('key')
    await other.takeBack('key', notice, 'here')
    expect((await ledger.get(name)).value).toMatch(/^waiting:/)
    await one.takeBack('key', notice, 'here')
    expect([await other.begin('key'), await one.begin('key')]).toEqual([{ takenBack: notice }, { takenBack: notice }])
    for (const each of [one, other]) {
      // oxlint-disable-next-line no-await-in-loop -- One by one.
      await expect(each.goOn('key')).rejects.toEqual(spent)
    }
  })

  it('is over where it was taken back while it did not wait', async () => {
    const notice = { requestId: 'r', digest: 'd', rules: [], expiresAt: new Date(0) } as unknown as HeldNotice
    const [one, other] = two()
    await one.begin('key')
    await one.takeBack('key', notice, 'here')
    expect(await other.begin('key')).toBe('no')
  })

  it('is taken back by a person wherever it waits, and not where it runs or ran', async () => {
    const notice = { requestId: 'r', digest: 'd', rules: [], expiresAt: new Date(0) } as unknown as HeldNotice
    const [one, other] = two()
    await one.begin('key')
    await expect(other.takeBack('key', notice, 'everywhere')).rejects.toEqual(spent)
    await one.wait('key')
    await other.takeBack('key', notice, 'everywhere')
    await one.takeBack('key', notice, 'everywhere')
    await expect(one.goOn('key')).rejects.toEqual(spent)
    expect(await one.begin('key')).toEqual({ takenBack: notice })
    await one.begin('ran')
    await one.end('ran')
    await expect(other.takeBack('ran', notice, 'everywhere')).rejects.toEqual(spent)
  })

  it('does not go on from its end, nor from nothing', async () => {
    const [one] = two()
    await expect(one.goOn('key')).rejects.toEqual(spent)
    await one.begin('key')
    await one.end('key')
    await expect(one.goOn('key')).rejects.toEqual(spent)
  })

  it('is kept as long as it was said, from its last turn on', async () => {
    const [one, other] = two()
    await one.begin('key')
    clock.ms += 60_000
    expect(await other.begin('key')).toBe('no')
    await one.wait('key')
    clock.ms += 60_000
    await one.goOn('key')
    clock.ms += 60_001
    await expect(one.goOn('key')).rejects.toEqual(spent)
    expect(await other.begin('key')).toEqual({ before: undefined })
  })

  it.each([
    '',
    'begun',
    'begun:',
    'waiting:XYZ',
    'waiting:aa:bb',
    'done:aa',
    'back:aa',
    'back:aa:{}',
    'back:aa:{"requestId":"r"}',
    7,
    { state: 'waiting', holder: 'aa' },
  ])('counts as made where the ledger holds %j', async (value) => {
    await ledger.commit([{ key: name, expectedVersion: 0, value, expiresAtMs: clock.ms + 1_000 }])
    const [one] = two()
    expect(await one.begin('key')).toBe('no')
    await expect(one.goOn('key')).rejects.toEqual(spent)
  })

  it.each([undefined, 1, 'yes', {}])(
    'is nobody’s where the ledger does not say whether it has it, but %j',
    async (said) => {
      const vague: Ledger = { ...raced(() => undefined), commit: () => said as never }
      await expect(new Claims(vague, 60_000).begin('key')).rejects.toMatchObject({ code: 'ERR_LEDGER_UNAVAILABLE' })
      const taken: Ledger = {
        ...raced(() => undefined),
        commit: (changes) => (void ledger.commit(changes), said as never),
      }
      expect(await new Claims(taken, 60_000).begin('key')).toBe('no')
    },
  )

  it('is of nobody where others change it all the time', async () => {
    let commits = 0
    const busy: Ledger = { ...raced(() => undefined), commit: () => ((commits += 1), false) }
    await expect(new Claims(busy, 60_000).begin('key')).rejects.toMatchObject({ code: 'ERR_LEDGER_UNAVAILABLE' })
    expect(commits).toBe(16)
  })

  it('is of nobody where the ledger fails, at whichever step', async () => {
    const out = new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'the ledger is out')
    const fails = (): never => {
      throw out
    }
    for (const step of ['get', 'nowMs', 'commit'] as const) {
      const failing: Ledger = { ...raced(() => undefined), [step]: fails }
      // oxlint-disable-next-line no-await-in-loop -- One by one.
      await expect(new Claims(failing, 60_000).begin('key')).rejects.toBe(out)
    }
    expect((await ledger.get(name)).value).toBeUndefined()
  })
})
