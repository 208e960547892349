import type { KubernetesTarget } from '@bothkeys/k8s'
import type { PostgresTarget } from '@bothkeys/pg'

/** What weakens the doors, a line each: run it when the process starts, and once a day. */
export async function weaknesses(targets: readonly (PostgresTarget | KubernetesTarget)[]): Promise<readonly string[]> {
  const found: string[] = []
  for (const target of targets) {
    const { findings } = await target.doctor()
    for (const { hint, message } of findings) found.push(`${target.name}: ${message}; ${hint}`)
  }
  return found
}
