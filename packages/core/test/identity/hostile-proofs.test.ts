import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { hostileProofs } from './hostile-proofs.js'
import { openWith, prove } from './proof-support.js'

/** Everything that somebody who logs the error could write down, without where it was thrown. */
function shown(error: unknown): string {
  return (inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error)).replaceAll(/\n\s+at .*/gu, '')
}

describe('a proof that must not open a session is refused with its own reason, which holds nothing of it:', () => {
  it.each(hostileProofs.map((proof) => [proof.name, proof] as const))('%s', async (_name, { dpop, make, reason }) => {
    const proof = await make()
    const error: unknown = await openWith(proof, undefined, dpop).then(
      () => 'accepted',
      (refusal: unknown) => refusal,
    )
    expect(error).toMatchObject({ name: 'BothKeysError', code: 'ERR_PROOF_INVALID' })
    expect(String(error)).toContain(reason)
    const parts = typeof proof === 'string' ? proof.split('.').filter((part) => part.length > 8) : []
    expect(parts.filter((part) => shown(error).includes(part))).toEqual([])
  })

  it('and the one that they all were made from opens it', async () => {
    expect(hostileProofs.length).toBeGreaterThan(60)
    await expect(openWith(await prove())).resolves.toMatchObject({ subject: { id: 'etl-7' } })
  })
})
