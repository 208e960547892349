import { readFileSync } from 'node:fs'
import { exportJWK, generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import { createApprovalCoordinator } from '../../src/approvals/coordinator.js'
import { effectInWords } from '../../src/approvals/effect-words.js'
import { systemClock } from '../../src/model/clock.js'
import type { Effect } from '../../src/model/effect.js'
import { answered, deskOf } from './page-example.js'
import { TestJournal, TestLedger, agent, firstPolicy, hold, never, people, requirement } from './support.js'

const page = readFileSync(new URL('../../../../docs/approvals.md', import.meta.url), 'utf8')
const example = readFileSync(new URL('page-example.ts', import.meta.url), 'utf8')

describe('docs/approvals.md', () => {
  it('shows the example that runs here', () => {
    expect(page).toContain(`\`\`\`ts\n${example}\`\`\``)
  })

  it('shows effects as approvers see them', () => {
    const [, shown = ''] = /^```text\n {2}effects\n(.*?)^```/ms.exec(page) ?? []
    const effects: readonly Effect[] = [
      { duty: 'read', resource: 'table:public.invoices', attributes: { columns: ['id'] } },
      { duty: 'delete', resource: 'table:public.invoices', attributes: { unbounded: true } },
      { duty: 'execute', resource: 'function:shop.refund', attributes: { via: 'trigger', userDefined: true } },
      { duty: 'write', resource: 'channel:news\u202e', attributes: { sensitive: true } },
    ]
    expect(shown).toBe(effects.map((effect) => `    ${effectInWords(effect)}\n`).join(''))
  })

  it('has an action approved by what its example signs', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const person = { issuer: people, id: 'ann' }
    const desk = deskOf({ keys: [await exportJWK(publicKey)] }, ({ id }) =>
      id === 'ann' ? { roles: ['dba'] } : undefined,
    )
    const coordinator = createApprovalCoordinator({
      ledger: new TestLedger(),
      journal: new TestJournal(),
      approvers: [desk],
      clock: systemClock,
      policyNow: () => firstPolicy,
    })
    const requester = agent('deployer', { expiresAtMs: Date.now() + 3_600_000 })
    const running = coordinator.request(hold({ requester, requirement: requirement({ level: 'signed' }) }), never)
    await expect.poll(() => coordinator.pending().length).toBe(1)
    const [request] = coordinator.pending()
    if (request === undefined) throw new Error('nothing is pending')
    await expect
      .poll(async () => coordinator.submit(request.id, await answered(request, person, privateKey)))
      .toEqual({
        counted: true,
      })
    expect((await running).outcome).toBe('approved')
  })

  it.each([
    ...new Set(
      [
        ...readFileSync(new URL('../../src/approvals/approver.ts', import.meta.url), 'utf8').matchAll(
          /^ \* .*?`[a-z-]+`.*$/gmu,
        ),
      ].flatMap(([line]) => [...line.matchAll(/`([a-z]+(?:-[a-z]+)+)/gu)].map(([, reason]) => reason ?? '')),
    ),
  ])('explains why a vote is not counted: %s', (reason) => {
    expect(page).toContain(`\`${reason}\``)
  })
})
