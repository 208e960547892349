import type { RelayedRequest } from '@bothkeys/core/relay'
import { maxEvidence, within } from '@bothkeys/core/relay'
import { signApproval } from '@bothkeys/core/signing'
import { signatureIsGood } from './file-signer.js'
import type { DeskDecision, DeskLevel, Signer } from './ports.js'

const deadlineMs = 10_000

/** As long as an approval may live: an engine that was away for a while can still take it. */
const lifetimeS = 600

/**
 * Signs decisions as one issuer, with the person's own words where an engine reads that much. Rejects when the signer fails, takes
 * longer than 10 s or signs with another key than it shows.
 */
export function decisionSigner(
  issuer: string,
  signer: Signer,
): (request: RelayedRequest, decision: DeskDecision, level: DeskLevel, nowMs: number) => Promise<string> {
  return async (request, decision, level, nowMs) => {
    const evidence = await within(deadlineMs, 'the signer', 'ERR_INTERNAL', async () => {
      const whole = await signed(request, decision, level, nowMs)
      // A decision must not be lost for its words. They stay in the relay's record.
      return whole.length <= maxEvidence ? whole : signed(request, { ...decision, reason: undefined }, level, nowMs)
    })
    if (evidence.length > maxEvidence) throw new Error('no engine reads an approval of that length')
    if (signatureIsGood(signer, evidence)) return evidence
    throw new Error('the signer signed with another key than the one that it shows')
  }

  function signed(
    request: RelayedRequest,
    { decision, person, reason }: DeskDecision,
    level: DeskLevel,
    nowMs: number,
  ): Promise<string> {
    const { algorithm, keyId } = signer
    const { id, issuer: provider } = person.subject
    return signApproval(
      { ...request.subject, dec: decision },
      {
        issuer,
        subject: { issuer: provider, id },
        level,
        reason,
        algorithm,
        keyId,
        lifetimeS,
        nowMs,
        sign: (input) => signer.sign(input),
      },
    )
  }
}
