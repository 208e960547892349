import type { WebSocket } from 'ws'

/** Resolves when the other side can take more. Rejects when it is gone, or with the reason of the signal. */
export function send(socket: WebSocket, message: Uint8Array, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      reject(signal.reason as Error)
    }
    if (signal.aborted) {
      end()
      return
    }
    signal.addEventListener('abort', end, { once: true })
    socket.send(message, { binary: true }, (error) => {
      signal.removeEventListener('abort', end)
      if (error) reject(error)
      else resolve()
    })
  })
}
