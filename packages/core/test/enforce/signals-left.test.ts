import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { answering, ask, bench, describeAs, person, verdict } from './support.js'

describe('a held action that is over leaves nothing on the signal of whoever asked', () => {
  it.each([
    ['allow', 'permitted'],
    ['deny', 'ERR_APPROVAL_DENIED'],
  ] as const)('when people %s it', async (decision, answer) => {
    const on = await bench({ approvers: [answering(decision, await person())] })
    const { access } = await on.access()
    const { signal } = new AbortController()
    expect(verdict(await ask(access, describeAs('delete'), { signal }))).toBe(answer)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    await on.guard.close()
  })

  it('when nobody can be asked', async () => {
    const on = await bench({
      approvers: [{ name: 'down', level: 'asserted', ask: () => Promise.reject(new Error('down')) }],
    })
    const { access } = await on.access()
    const { signal } = new AbortController()
    expect(verdict(await ask(access, describeAs('delete'), { signal }))).toBe('ERR_APPROVAL_UNAVAILABLE')
    expect(getEventListeners(signal, 'abort')).toEqual([])
    await on.guard.close()
  })
})
