import { fetch } from 'undici'
import { expect, it, vi } from 'vitest'
import { MemoryDoor } from '../../src/door/memory-door.js'

it('lets fetch wait for as long as people think, and watch for as long as nothing happens', async () => {
  let answer = (): void => undefined
  const door = new MemoryDoor({
    request: (_request, response) => {
      answer = () => {
        response.flushHeaders()
        answer = () => response.end('late')
      }
    },
    upgrade: (_request, socket) => socket.destroy(),
  })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const asked = fetch('http://governed.invalid/', { dispatcher: door.ways.dispatcher })
    await vi.advanceTimersByTimeAsync(3_600_000)
    answer()
    const text = (await asked).text()
    await vi.advanceTimersByTimeAsync(3_600_000)
    answer()
    expect(await text).toBe('late')
  } finally {
    vi.useRealTimers()
    await door.close()
  }
})
