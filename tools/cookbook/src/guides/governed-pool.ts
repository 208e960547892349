import type { Guard } from '@bothkeys/core'
import type { PostgresTarget } from '@bothkeys/pg'
import type pg from 'pg'

/** Gives one agent a pool for as long as its work takes. */
export async function withOrders<Answer>(
  guard: Guard,
  orders: PostgresTarget,
  token: string,
  work: (db: pg.Pool) => Promise<Answer>,
): Promise<Answer> {
  const session = await guard.openSession({ token })
  const db = orders.pool(session, { max: 4 })
  try {
    return await work(db)
  } finally {
    await db.end()
    await session.close()
  }
}
