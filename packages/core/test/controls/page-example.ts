import { controlMapping, controlMappingCsv, evidenceFor, loadPolicy } from '@bothkeys/core'
import type { DirectoryEntry } from '@bothkeys/core'

/** What an auditor is given: the mapping as CSV, and who approved what two people had to approve. */
export async function forTheAuditor(
  policyText: string,
  people: readonly DirectoryEntry[],
  journal: string,
  at: Date,
): Promise<{ csv: string; dual: string[] }> {
  const policy = loadPolicy({ name: 'bothkeys.yaml', content: policyText })
  const mapping = await controlMapping(policy, { at, people })
  const dual: string[] = []
  for await (const { approvers, hash, lsn, outcome } of evidenceFor('NIST AC-3(2)', journal)) {
    dual.push(`${lsn} ${hash.slice(0, 8)} ${approvers.map(({ id }) => id).join(' and ')}: ${outcome ?? 'not known'}`)
  }
  return { csv: controlMappingCsv(mapping), dual }
}
