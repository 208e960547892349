import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that systems give out by themselves, so that nobody's connection or listener gets one by chance meanwhile. */
const lowest = 12_000
const highest = 32_000
const attempts = 100

/**
 * A TCP port on 127.0.0.1 that nobody listens on now, and that no system gives out by itself. Another process that asks for one by
 * number may still take it first: be ready to retry.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const port = randomInt(lowest, highest)
    // oxlint-disable-next-line no-await-in-loop -- One after the other, until one is free.
    if (await isFree(port)) return port
  }
  throw new Error('no TCP port on 127.0.0.1 is free')
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
