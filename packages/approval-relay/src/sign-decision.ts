import type { RelayedRequest } from '@bothkeys/core/relay'
import { approvalLifetimeS, denialLifetimeS, maxEvidence } from '@bothkeys/core/relay'
import { signApproval } from '@bothkeys/core/signing'
import { signatureIsGood } from './file-signer.js'
import type { DeskDecision, DeskLevel } from './desk.js'
import type { Signer } from './signer.js'

const deadlineMs = 10_000

/** A dot, and 64 bytes in base64url. */
const signatureLength = 87

/** As long as it may: an engine that was away takes a yes of the last minutes, and a no for as long as the request waits. */
function lifetimeS({ expiresAt }: RelayedRequest, decision: DeskDecision['decision'], nowMs: number): number {
  if (decision === 'allow') return approvalLifetimeS
  return Math.min(denialLifetimeS, Math.max(1, Math.ceil((expiresAt.getTime() - nowMs) / 1000) + 1))
}

class TooLong extends Error {
  constructor() {
    super('no engine reads an approval of that length')
  }
}

/**
 * Signs decisions as one issuer, with the person's own words where an engine reads that much. Rejects when the signer fails, takes
 * longer than 10 s or signs with another key than it shows.
 */
export function decisionSigner(
  issuer: string,
  signer: Signer,
): (request: RelayedRequest, decision: DeskDecision, level: DeskLevel, nowMs: number) => Promise<string> {
  return async (request, decision, level, nowMs) => {
    const evidence = await signed(request, decision, level, nowMs).catch((error: unknown) => {
      if (!(error instanceof TooLong) || decision.reason === undefined) throw error
      // A decision must not be lost for its words. They stay in the relay's record.
      return signed(request, { ...decision, reason: undefined }, level, nowMs)
    })
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
        lifetimeS: lifetimeS(request, decision, nowMs),
        nowMs,
        deadlineMs,
        sign: (input, signal) => {
          // Before the key is asked: what no engine reads takes no time from what one does.
          if (input.length + signatureLength > maxEvidence) throw new TooLong()
          return signer.sign(input, signal)
        },
      },
    )
  }
}
