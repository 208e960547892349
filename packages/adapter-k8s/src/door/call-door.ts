import type { ClusterCall } from './cluster-call.js'
import { exchange, exchangeHanded, type ExchangeContext } from './exchange.js'
import { MemoryDoor } from './memory-door.js'
import { upgrade } from './upgrade.js'

/** A door for one call. It ends with it, once all of its requests are answered, and at once when one of `ends` aborts. */
export function callDoor(context: ExchangeContext, call: ClusterCall, ends: readonly AbortSignal[]): MemoryDoor {
  const on: ExchangeContext = { ...context, call }
  let running = 0
  const door = new MemoryDoor({
    request: (request, response) => void counted(() => exchange(on, request, response)),
    upgrade: (request, socket, head) => void counted(() => upgrade(on, { request, socket, head })),
    handed: (request, answer) => void counted(() => exchangeHanded(on, request, answer)),
  })
  const close = (): void => {
    for (const signal of ends) signal.removeEventListener('abort', close)
    void door.close()
  }
  const closeIfIdle = (): void => {
    if (running === 0 && call.signal.aborted) close()
  }
  const counted = async (work: () => Promise<void>): Promise<void> => {
    running++
    await work()
    running--
    // The last of the answer is on its way.
    setImmediate(closeIfIdle)
  }
  for (const signal of ends) signal.addEventListener('abort', close)
  call.signal.addEventListener('abort', closeIfIdle, { once: true })
  closeIfIdle()
  return door
}
