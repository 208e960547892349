import type { RelayedRequest } from '@bothkeys/core/relay'
import { signApproval } from '@bothkeys/core/signing'
import { signatureIsGood } from './file-signer.js'
import type { DeskDecision, DeskLevel, Signer } from './ports.js'

const deadlineMs = 10_000

/** As long as an approval may live: an engine that was away for a while can still take it. */
const lifetimeS = 600

/** Signs decisions as one issuer. Rejects when the signer fails, takes longer than 10 s or signs with another key than it shows. */
export function decisionSigner(
  issuer: string,
  signer: Signer,
): (request: RelayedRequest, decision: DeskDecision, level: DeskLevel, nowMs: number) => Promise<string> {
  return async (request, { decision, person }, level, nowMs) => {
    const { algorithm, keyId } = signer
    const { id, issuer: provider } = person.subject
    const signing = signApproval(
      { ...request.subject, dec: decision },
      {
        issuer,
        subject: { issuer: provider, id },
        level,
        algorithm,
        keyId,
        lifetimeS,
        nowMs,
        sign: (input) => signer.sign(input),
      },
    )
    const evidence = await inTime(signing)
    if (signatureIsGood(signer, evidence)) return evidence
    throw new Error('the signer signed with another key than the one that it shows')
  }
}

async function inTime<T>(step: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('the signer took too long'))
    }, deadlineMs)
  })
  try {
    return await Promise.race([step, late])
  } finally {
    clearTimeout(timer)
  }
}
