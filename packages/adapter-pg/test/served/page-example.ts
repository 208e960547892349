import type { Guard } from '@bothkeys/core'
import type { PostgresTarget, ServedDoor } from '@bothkeys/pg'

/** Every connection gets a session of its own, opened with the token that its client sent as the password. */
export function serveOrders(
  guard: Pick<Guard, 'openSession'>,
  orders: PostgresTarget,
  path: string,
): Promise<ServedDoor> {
  return orders.serve({
    path,
    socketMode: 0o660,
    admit: async ({ password }) => {
      const session = await guard.openSession({ token: password })
      return { session, release: () => void session.close() }
    },
  })
}

/** On SIGTERM: half a minute for what is under way. */
export function leave(door: ServedDoor): Promise<void> {
  return door.drain(30_000)
}
