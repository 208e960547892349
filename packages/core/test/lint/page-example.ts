import { fileDirectory, lint, loadPolicy, whoCouldApprove } from '@bothkeys/core'
import type { DirectoryEntry } from '@bothkeys/core'

/** Everything that is wrong between a policy file and a directory file, a line each. */
export async function troubles(policyText: string, peopleFile: string): Promise<readonly string[]> {
  const policy = loadPolicy({ name: 'bothkeys.yaml', content: policyText })
  const findings = await lint(policy, await everybody(peopleFile))
  return findings.map(({ message, path, severity }) => `${severity} ${path}: ${message}`)
}

/** Who could let the agent delete invoices, by account. */
export async function approversOf(policyText: string, peopleFile: string): Promise<readonly string[]> {
  const policy = loadPolicy({ name: 'bothkeys.yaml', content: policyText })
  const requester = { issuer: 'https://idp.example.com', id: 'etl-agent' }
  const { approvers, quorum } = await whoCouldApprove(policy, await everybody(peopleFile), requester, {
    target: 'orders',
    effects: [{ duty: 'delete', resource: 'table:public.invoices', attributes: {} }],
  })
  return quorum === 'possible' ? approvers.map(({ account }) => account.id) : []
}

async function everybody(peopleFile: string): Promise<readonly DirectoryEntry[]> {
  return fileDirectory(peopleFile).list({ signal: AbortSignal.timeout(10_000), fresh: true })
}
