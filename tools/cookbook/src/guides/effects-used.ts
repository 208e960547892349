import { readJournal } from '@bothkeys/core'

/** Which duties on which resources the record has, and how often: what a policy has to allow for the same work. */
export async function effectsUsed(folder: string): Promise<ReadonlyMap<string, number>> {
  const used = new Map<string, number>()
  for await (const event of readJournal(folder)) {
    if (event.type !== 'action.intent') continue
    const action = event['action'] as { effects: readonly { duty: string; resource: string }[] }
    for (const { duty, resource } of action.effects) {
      const effect = `${duty} ${resource}`
      used.set(effect, (used.get(effect) ?? 0) + 1)
    }
  }
  return used
}
