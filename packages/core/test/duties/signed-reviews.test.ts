import type { CryptoKey } from 'jose'
import { describe, expect, it } from 'vitest'
import { signApproval } from '../../src/identity/sign-approval.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { desk, deskApprover, deskKey, strangerKey } from '../approvals/signed-support.js'
import { agent, asks, dutiesApart, dutyBench, people, startMs, verdict } from './support.js'

const policy: PolicyInput = {
  ...dutiesApart,
  roles: { ...dutiesApart.roles, auditor: [{ target: ['db', 'other'], duty: 'audit' }] },
  separate: {
    history: [
      {
        id: 'C1',
        steps: ['execute', 'review'],
        review: { role: 'auditor', within: '24h', level: 'signed' },
        per: 'target',
        window: '24h',
      },
    ],
  },
}

describe('a signed review of work', () => {
  const start = async () => {
    const approvers = [deskApprover({ people: () => ({ roles: ['auditor'] }) })]
    const on = await dutyBench({ policy, approvers })
    const session = await on.open(agent({ id: 'w' }))
    expect(verdict(await asks(session, 'write'))).toBe('permitted')
    const sign = async (change: Readonly<Record<string, unknown>> = {}, key = deskKey.privateKey as CryptoKey) => {
      const [work] = await on.guard.reviews.pending()
      return signApproval(
        { ...work!.subject, dec: 'allow', ...change },
        {
          issuer: desk,
          subject: { issuer: people, id: 'grace' },
          level: 'signed',
          key,
          keyId: 'd1',
          algorithm: 'ES256',
          nowMs: startMs,
        },
      )
    }
    const [work] = await on.guard.reviews.pending()
    return { on, sign, session, id: work!.id }
  }

  it('is counted, with the digest of the evidence on record', async () => {
    const { id, on, sign } = await start()
    expect(await on.guard.reviews.review(id, { evidence: await sign() })).toEqual({
      counted: true,
      verdict: 'justified',
    })
    const [event] = on.events.filter(({ type }) => type === 'work.reviewed')
    expect(event).toMatchObject({ level: 'signed', evidence: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(await on.guard.reviews.pending()).toEqual([])
  })

  it('says unjustified by its no', async () => {
    const { id, on, session, sign } = await start()
    const evidence = await sign({ dec: 'deny' })
    expect(await on.guard.reviews.review(id, { evidence })).toEqual({ counted: true, verdict: 'unjustified' })
    expect(verdict(await asks(session, 'write'))).toBe('ERR_WORK_UNREVIEWED')
  })

  it('is about the work as it was, by a key that is known', async () => {
    const { id, on, session, sign } = await start()
    const [old, strange] = [await sign(), await sign({}, strangerKey.privateKey as CryptoKey)]
    await asks(session, 'write')
    for (const evidence of [old, strange, 'x', '']) {
      const receipt = await on.guard.reviews.review(id, { evidence })
      expect(receipt).toMatchObject({ counted: false, reason: expect.stringMatching(/^no-evidence: /) })
    }
    expect(await on.guard.reviews.review(id, { evidence: await sign() })).toMatchObject({ counted: true })
  })
})
