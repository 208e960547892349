import { describe, expect, it, vi } from 'vitest'
import { governedClientClass } from '../../src/door/client.js'
import { openUpstream } from '../../src/door/upstream.js'

// What `pg` exports when NODE_PG_FORCE_NATIVE is set: a client over libpq, without a JavaScript stream.
vi.mock('pg', () => {
  class NativeClient {
    readonly native = {}
  }
  return { default: { Client: NativeClient, Pool: NativeClient } }
})

const refused = expect.objectContaining({ code: 'ERR_CONFIG_INVALID', message: expect.stringContaining('native') })

describe('the native bindings of pg', () => {
  it('cannot make a governed client', () => {
    const door = { user: 'u', database: 'd', openStream: () => expect.fail('opened') }
    const Client = governedClientClass(door)
    expect(() => new Client()).toThrow(refused)
  })

  it('cannot be what the door logs in with', async () => {
    await expect(openUpstream({})).rejects.toEqual(refused)
  })
})
