import { describe, expect, it, vi } from 'vitest'
import { CancelKeys } from '../../src/door/cancel-keys.js'

describe('cancel keys', () => {
  it('reach their own connection, by pid and key together', () => {
    const keys = new CancelKeys()
    const [first, second] = [{ cancel: vi.fn<() => void>() }, { cancel: vi.fn<() => void>() }]
    const one = keys.issue(first)
    const other = keys.issue(second)
    keys.cancel(one.pid, other.key)
    keys.cancel(other.pid, one.key)
    expect(first.cancel).not.toHaveBeenCalled()
    expect(second.cancel).not.toHaveBeenCalled()
    keys.cancel(other.pid, other.key)
    expect(first.cancel).not.toHaveBeenCalled()
    expect(second.cancel).toHaveBeenCalledOnce()
  })

  it('of another length do nothing and say nothing', () => {
    const keys = new CancelKeys()
    const connection = { cancel: vi.fn<() => void>() }
    const { pid, key } = keys.issue(connection)
    for (const wrong of [Buffer.alloc(0), key.subarray(0, 3), Buffer.concat([key, Buffer.from([0])])]) {
      expect(() => {
        keys.cancel(pid, wrong)
      }).not.toThrow()
    }
    expect(connection.cancel).not.toHaveBeenCalled()
  })

  it('are worth nothing once their connection is gone', () => {
    const keys = new CancelKeys()
    const connection = { cancel: vi.fn<() => void>() }
    const { pid, key } = keys.issue(connection)
    keys.forget(pid)
    keys.cancel(pid, key)
    expect(connection.cancel).not.toHaveBeenCalled()
  })
})
