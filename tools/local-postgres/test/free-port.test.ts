import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { freePort } from '../src/free-port.js'

describe('a free port', () => {
  it('can be listened on, and is none that a system gives out by itself', async () => {
    for (let count = 0; count < 20; count += 1) {
      const port = await freePort()
      expect(port).toBeGreaterThan(1024)
      expect(port).toBeLessThan(32_768)
      const server = createServer().listen(port, '127.0.0.1')
      await once(server, 'listening')
      server.close()
      await once(server, 'close')
    }
  })
})
