import { describe, expect, it } from 'vitest'
import type { ProvableAction } from '../../src/model/provable-action.js'
import { human, people as peopleIssuer, YesOf } from '../duties/support.js'
import { nowS, proofOf, provenBench, send } from '../proofs/support.js'
import { grantCode } from './support.js'

describe('a grant of a session whose actions need proofs', () => {
  it('is asked for with a proof of all that it says, and each use has one of its own', async () => {
    const people = new YesOf(human('vera', ['dba'], { expiresAtMs: (nowS + 3_600) * 1000 }))
    const on = await provenBench({
      approvers: [people],
      directory: {
        resolve: ({ id, issuer }) =>
          issuer === peopleIssuer
            ? { kind: 'human', person: id, roles: ['dba'], disabled: false }
            : { kind: 'agent', owners: [{ issuer: peopleIssuer, id: 'olga' }], agentClass: 'etl', disabled: false },
      },
    })
    const signed: ProvableAction[] = []
    let refuses = false
    const session = await on.open(async (action) => {
      signed.push(action)
      return refuses ? 'no' : proofOf(action, { jti: `j-${String(signed.length)}` })
    })
    expect(await send(session, 'read')).toBe('permitted')
    const wanted = {
      target: 'db',
      duty: ['delete'],
      resource: ['table:public.t', 'table:public.u'],
      when: { kind: 'draft' },
      uses: 2,
      ttlMs: 60_000,
      maxAffected: 9,
      reason: 'clean-up',
    } as const
    refuses = true
    expect(await grantCode(session.requestGrant(wanted))).toBe('ERR_PROOF_INVALID')
    expect([people.receipts, on.events.filter(({ type }) => type === 'approval.requested')]).toEqual([[], []])
    const text = signed.at(-1)?.text ?? ''
    for (const words of [
      'delete, alone',
      'table:public.t',
      'table:public.u',
      '"kind" "draft"',
      'at most 2 times',
      '1 minutes',
      'at most 9 changed',
      session.id,
      'clean-up',
    ])
      expect(text).toContain(words)
    refuses = false
    await session.requestGrant({
      target: 'db',
      duty: 'delete',
      resource: 'table:public.t',
      uses: 2,
      ttlMs: 60_000,
      reason: 'x',
    })
    expect([await send(session, 'delete'), people.receipts]).toEqual(['permitted', ['counted']])
    refuses = true
    expect(await send(session, 'delete')).toBe('ERR_PROOF_INVALID')
    await on.guard.close()
  })
})
