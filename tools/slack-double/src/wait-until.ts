import { setTimeout as sleep } from 'node:timers/promises'

/** `npm run mutants` knows how long the tests take when nothing is lost. */
const patienceMs = Number(process.env['BOTHKEYS_PATIENCE_MS'] ?? 30_000)

/** Waits until there is something to see, and answers it. Rejects, saying what for, when it does not come. */
export async function waitUntil<Seen>(what: string, look: () => Seen | undefined | false): Promise<Seen> {
  const startedAtMs = performance.now()
  for (;;) {
    const seen = look()
    if (seen !== undefined && seen !== false) return seen
    if (performance.now() - startedAtMs > patienceMs) throw new Error(`waited in vain for ${what}`)
    await sleep(10)
  }
}
