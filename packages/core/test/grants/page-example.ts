import type { Guard, Session } from '@bothkeys/core'

/** Asks once, deletes one by one, and gives back what is left. */
export async function cleanUp(session: Session, ids: readonly number[], remove: (id: number) => Promise<void>) {
  const grant = await session.requestGrant({
    target: 'orders',
    duty: 'delete',
    resource: 'table:public.drafts',
    uses: ids.length,
    ttlMs: 15 * 60_000,
    reason: 'drafts of accounts that were closed',
  })
  try {
    for (const id of ids) await remove(id)
  } finally {
    await grant.giveBack()
  }
}

/** Takes a grant back, whatever session or process has it. */
export function takeBack(guard: Guard, id: string): Promise<boolean> {
  return guard.grants.revoke(id, { reason: 'the clean-up deletes the wrong drafts' })
}
