import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { controls } from '../../src/controls/control.js'
import { columns } from '../../src/controls/mapping-csv.js'
import { createGuard } from '../../src/guard.js'
import { sessionAccess } from '../../src/access.js'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import { accountsAsPeople } from '../../src/known-people.js'
import { fileJournal } from '../../src/record/file-journal.js'
import { agent, ask, describeAs, person as approver } from '../enforce/support.js'
import { person } from '../lint/support.js'
import { forTheAuditor } from './page-example.js'
import { provenApprover } from './proven-approver.js'

const page = readFileSync(new URL('../../../../docs/controls.md', import.meta.url), 'utf8')
const example = readFileSync(new URL('page-example.ts', import.meta.url), 'utf8')
const policyText = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? ''

describe('docs/controls.md', () => {
  it('shows the example that runs here', () => {
    expect(page).toContain(`\`\`\`ts\n${example}\`\`\``)
  })

  it('lists every control with its title and with whether it can be implemented at all, and no other', () => {
    const listed = [...page.matchAll(/^\| `([A-Z]+ [^`]+)` \| ([^|]+) \| ([^|]+) \|/gmu)].map(([, id, title, most]) => [
      id,
      title?.trim(),
      most?.trim(),
    ])
    expect(listed).toEqual(
      controls.map(({ beyond, id, title }) => [id, title, beyond === undefined ? 'implemented' : 'partly']),
    )
  })

  it('names every column of the CSV', () => {
    const [, listed = ''] = /one row for each control and\s+rule: (.*?)\./s.exec(page) ?? []
    expect([...listed.matchAll(/`(\w+)`/gu)].map(([, name]) => name)).toEqual([...columns])
  })

  it('has an example that finds what two people approved', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bothkeys-controls-'))
    const journal = join(folder, 'audit')
    const [ann, bob] = await Promise.all([approver('ann'), approver('bob')])
    const target = { name: 'orders', kind: 'postgres', close: () => Promise.resolve() }
    const guard = await createGuard({
      directory: accountsAsPeople,
      policy: { load: () => Promise.resolve({ name: 'docs', content: policyText }) },
      identity: unverifiedIdentity(),
      targets: [target],
      approvers: [
        provenApprover(() => [
          { decision: 'allow', approver: ann },
          { decision: 'allow', approver: bob },
        ]),
      ],
      journal: fileJournal(journal),
    })
    try {
      const session = await guard.openSession({ [unverifiedCredential]: { ...agent, roles: ['deployer'] } })
      const admission = await ask(sessionAccess(session, target), describeAs('write'))
      if (admission.outcome !== 'permitted') throw new Error('the example does not run')
      admission.permit.use()
      await admission.permit.settle({ outcome: 'completed' })
      await session.close()
      const people = [...person('ann', ['dba']), ...person('bob', ['dba']), ...person('carl', ['deployer'])]
      const { csv, dual } = await forTheAuditor(policyText, people, journal, new Date('2026-11-27T12:00:00Z'))
      expect(dual).toEqual([expect.stringMatching(/^\d+ [0-9a-f]{8} ann and bob: completed$/u)])
      expect(csv).toContain('NIST AC-3(2),')
      expect(csv).toContain(',implemented,a rule asks two people who prove who they are,prod-writes,')
    } finally {
      await guard.close()
      await rm(folder, { recursive: true, force: true })
    }
  })
})
