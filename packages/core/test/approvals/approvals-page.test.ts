import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { exportJWK, generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import { createApprovalCoordinator } from '../../src/approvals/coordinator.js'
import { effectInWords } from '../../src/approvals/effect-words.js'
import { systemClock } from '../../src/model/clock.js'
import type { Effect } from '../../src/model/effect.js'
import { signApproval } from '../../src/identity/sign-approval.js'
import { answered, deskOf } from './page-example.js'
import { relayAt, webhook } from './page-webhook-example.js'
import { boundHold } from './relay-support.js'
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

  it('has an action approved through the webhook of its other example', async () => {
    const shown = readFileSync(new URL('page-webhook-example.ts', import.meta.url), 'utf8')
    expect(page).toContain(`\`\`\`ts\n${shown}\`\`\``)
    const [engine, desk] = [await generateKeyPair('ES256'), await generateKeyPair('ES256')]
    const engines = [{ engine: 'orders', jwks: { keys: [await exportJWK(engine.publicKey)] } }]
    const hook = webhook(engines, ({ subject }) =>
      signApproval(
        { ...subject, dec: 'allow' },
        {
          issuer: 'https://relay.example',
          subject: { issuer: people, id: 'ann' },
          level: 'signed',
          key: desk.privateKey,
          algorithm: 'ES256',
        },
      ),
    )
    const server = createServer((request, response) => {
      void buffer(request).then(async (body) => {
        const { headers, method = '', url: path = '' } = request
        const bearer = headers.authorization?.replace('Bearer ', '') ?? ''
        response.end(JSON.stringify(await hook(bearer, { method, path, body }, never)))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    const coordinator = createApprovalCoordinator({
      engine: 'orders',
      ledger: new TestLedger(),
      journal: new TestJournal(),
      approvers: [relayAt(url, { keys: [await exportJWK(desk.publicKey)] }, engine.privateKey)],
      clock: systemClock,
      policyNow: () => firstPolicy,
    })
    const outcome = await coordinator.request(
      boundHold('orders', { requirement: requirement({ level: 'signed' }) }),
      never,
    )
    expect(outcome.outcome).toBe('approved')
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
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
