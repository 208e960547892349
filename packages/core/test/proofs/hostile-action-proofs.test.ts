import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { ProvableAction } from '../../src/model/provable-action.js'
import { ask } from '../enforce/support.js'
import { encode } from '../identity/jwt-support.js'
import { hostileActionProofs } from './hostile-action-proofs.js'
import { accessOf, parameters, proofOf, provenBench, send, statement } from './support.js'

describe('a proof of an action that must not count is refused with its own reason, on record, and nothing runs:', () => {
  it.each(hostileActionProofs)('%s', async (_name, make, reason) => {
    const on = await provenBench()
    let proof: unknown
    const session = await on.open(async (action) => {
      proof = await make(action)
      return proof as string
    })
    const admission = await ask(accessOf(session), statement, { parameters })
    expect(admission).toMatchObject({ outcome: 'refused', refusal: { code: 'ERR_PROOF_INVALID' } })
    expect(inspect(admission)).toContain(reason)
    const parts = String(proof)
      .split('.')
      .filter((part) => part.length > 8)
    expect(parts.filter((part) => inspect(admission, { depth: 9 }).includes(part))).toEqual([])
    expect(on.events.at(-1)).toMatchObject({ type: 'action.denied', code: 'ERR_PROOF_INVALID' })
    expect(on.events.filter(({ type }) => type === 'action.intent')).toEqual([])
    expect(on.failures).toEqual([])
    await on.guard.close()
  })

  it('and the one that they all were made from lets the action through', async () => {
    expect(hostileActionProofs.length).toBeGreaterThan(50)
    const on = await provenBench()
    const session = await on.open((action) => proofOf(action))
    expect(await send(session)).toBe('permitted')
    await on.guard.close()
  })
})

describe('I22: a proof of an action with one bit changed', () => {
  it('is refused, whichever bit it is', async () => {
    const on = await provenBench()
    let next: (action: ProvableAction) => Promise<string> = proofOf
    const session = await on.open((action) => next(action))
    const parts = await new Promise<Buffer[]>((resolve) => {
      next = async (action) => {
        const proof = await proofOf(action)
        resolve(proof.split('.').map((part) => Buffer.from(part, 'base64url')))
        return 'x'
      }
      void send(session)
    })
    const verdicts: string[] = []
    for (const [part, bytes] of parts.entries()) {
      for (let bit = 0; bit < bytes.length * 8; bit += 3) {
        const changed = parts.map((one) => Buffer.from(one))
        const at = changed[part]!
        at.writeUInt8(at.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
        next = () => Promise.resolve(changed.map(encode).join('.'))
        verdicts.push(await send(session))
      }
    }
    expect(verdicts.length).toBeGreaterThan(500)
    expect(new Set(verdicts)).toEqual(new Set(['ERR_PROOF_INVALID']))
    next = () => Promise.resolve(parts.map(encode).join('.'))
    expect(await send(session)).toBe('permitted')
    await on.guard.close()
  })
})
