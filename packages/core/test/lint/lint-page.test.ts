import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findingSeverities } from '../../src/lint/finding.js'
import { approversOf, troubles } from './page-example.js'

const page = readFileSync(new URL('../../../../docs/lint.md', import.meta.url), 'utf8')
const example = readFileSync(new URL('page-example.ts', import.meta.url), 'utf8')

const policy = `version: 1
targets: { orders: { kind: postgres } }
roles:
  ingest: [{ target: orders, duty: [read, delete] }]
  dba: [{ target: orders, duty: approve }]
hold:
  - { id: deletes, duty: delete, require: [{ stage: peer, count: 1, role: dba }], ttl: 15m }
`
const people = `version: 1
issuer: https://idp.example.com
people:
  ann: { accounts: [ann, ann-admin], roles: [dba] }
  bob: { accounts: [bob], roles: [dba] }
agents:
  etl: { account: etl-agent, owners: [ann], agentClass: etl, roles: [ingest] }
`

describe('docs/lint.md', () => {
  it('shows the example that runs here', () => {
    expect(page).toContain(`\`\`\`ts\n${example}\`\`\``)
  })

  it('has an example that finds who could approve, and that nobody else could', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bothkeys-people-'))
    try {
      const path = join(folder, 'people.yaml')
      await writeFile(path, people)
      expect(await approversOf(policy, path)).toEqual(['bob'])
      expect(await troubles(policy, path)).toEqual([
        'warning hold[0].require: when "etl-agent" asks, nothing can be approved while "bob" is absent: give "dba" to one more person',
      ])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('lists every finding with its severity, and no other', () => {
    const listed = [...page.matchAll(/^\| `([a-z-]+)` \| (error|warning|notice) \|/gmu)].map(([, code, severity]) => [
      code,
      severity,
    ])
    expect(listed).toEqual(Object.entries(findingSeverities))
  })
})
