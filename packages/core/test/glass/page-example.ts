import type { Guard, Session } from '@bothkeys/core'

/** Does one thing behind broken glass and gives it back. */
export async function inAnEmergency(session: Session, work: () => Promise<void>): Promise<string> {
  const glass = await session.breakGlass({ target: 'orders', reason: 'checkout is down', ticket: 'INC-4711' })
  try {
    await work()
  } finally {
    await glass.close()
  }
  return glass.id
}

/** The next day, somebody else: looks at each, and says what they found with their own token. */
export async function reviewed(guard: Guard, token: string, look: (text: string) => Promise<boolean>): Promise<void> {
  for (const { id, view } of await guard.glass.pending()) {
    const verdict = (await look(view.text)) ? 'justified' : 'unjustified'
    const receipt = await guard.glass.review(id, { credential: { token }, verdict })
    if (!receipt.counted) throw new Error(receipt.reason)
  }
}
