import { describe, expect, it } from 'vitest'
import type { RecordedAt } from '../../src/record/event.js'
import { bench } from './support.js'

const look = { statement: 'look', text: 'GET /' }

describe('what a door does on its own account', () => {
  it('is on record before it is done, at once where the journal does not wait', async () => {
    const on = await bench()
    const { access } = await on.access()
    expect(access.beginInternal(look)).toBeUndefined()
    expect(on.events.at(-1)).toMatchObject({ type: 'target.internal', ...look })
  })

  it('waits for a journal that takes its time', async () => {
    const on = await bench()
    const { access } = await on.access()
    let written = (): void => undefined
    on.interfere = (event, durability): Promise<RecordedAt> => {
      on.interfere = undefined
      return new Promise<void>((resolve) => (written = resolve)).then(() => on.append(event, durability))
    }
    let isDone = false
    const begun = Promise.resolve(access.beginInternal(look)).then(() => (isDone = true))
    await new Promise(setImmediate)
    expect(isDone).toBe(false)
    written()
    await begun
    expect(on.events.at(-1)).toMatchObject(look)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('disk')
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk'))],
  ])('is not done where the journal %s, and observers hear of it', async (_how, interfere) => {
    const on = await bench()
    const { access } = await on.access()
    const failures: unknown[] = []
    on.guard.on('failure', ({ refusal }) => failures.push(refusal.code))
    on.interfere = interfere
    await expect(access.beginInternal(look)).rejects.toMatchObject({ code: 'ERR_JOURNAL_UNAVAILABLE' })
    expect(() => {
      access.internal(look)
    }).not.toThrow()
    await new Promise(setImmediate)
    expect(failures).toEqual(['ERR_JOURNAL_UNAVAILABLE', 'ERR_JOURNAL_UNAVAILABLE'])
  })

  it('is not done where the journal hangs, or the session ends meanwhile', async () => {
    const on = await bench()
    const { access } = await on.access()
    on.interfere = () => new Promise(() => undefined)
    await expect(access.beginInternal(look)).rejects.toMatchObject({ code: 'ERR_DEADLINE' })
    const opened = await (async () => {
      on.interfere = undefined
      return on.access()
    })()
    on.interfere = () => new Promise(() => undefined)
    const begun = Promise.resolve(opened.access.beginInternal(look))
    on.interfere = undefined
    const [told] = await Promise.allSettled([begun, opened.close()])
    expect(told).toMatchObject({ status: 'rejected', reason: { code: 'ERR_SESSION_CLOSED' } })
  })
})
