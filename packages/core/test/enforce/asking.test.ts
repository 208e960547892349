import { describe, expect, it, vi } from 'vitest'
import { BothKeysError } from '../../src/errors.js'
import type { Bench } from './support.js'
import { answering, ask, bench, describeAs, person, verdict } from './support.js'

const closing = new BothKeysError('ERR_APPROVAL_WITHDRAWN', 'the door is closing', { hint: 'come again' })
const asleep = { name: 'asleep', level: 'asserted', ask: () => new Promise<void>(() => undefined) } as const

const types = (on: Bench): string[] => on.events.map(({ type }) => type)

describe('a caller that waits for people no more', () => {
  it('has what waits for them withdrawn, and told why', async () => {
    const on = await bench({ approvers: [asleep] })
    const { access } = await on.access()
    const asking = new AbortController()
    const held = ask(access, describeAs('delete'), { asking: asking.signal })
    await vi.waitFor(() => expect(types(on)).toContain('approval.requested'))
    asking.abort(closing)
    expect(await held).toEqual({
      outcome: 'refused',
      refusal: {
        code: 'ERR_APPROVAL_WITHDRAWN',
        message: 'the door is closing',
        hint: 'come again',
        rules: ['hold-deletes'],
      },
    })
    expect(on.guard.approvals.pending()).toEqual([])
    expect(types(on)).not.toContain('action.intent')
  })

  it('asks nobody, and still does what needs nobody', async () => {
    const on = await bench({ approvers: [answering('allow', await person())] })
    const { access } = await on.access()
    const asking = AbortSignal.abort(closing)
    expect(verdict(await ask(access, describeAs('delete'), { asking }))).toBe('ERR_APPROVAL_WITHDRAWN')
    expect(types(on)).not.toContain('approval.requested')
    expect(verdict(await ask(access, describeAs('write'), { asking }))).toBe('permitted')
  })

  it('is told of a denial as ever', async () => {
    const on = await bench({ approvers: [answering('deny', await person())] })
    const { access } = await on.access()
    const asking = new AbortController()
    const held = await ask(access, describeAs('delete'), { asking: asking.signal })
    asking.abort(closing)
    expect(verdict(held)).toBe('ERR_APPROVAL_DENIED')
  })
})
