const core = (name) => `packages/core/src/${name}.ts`
const test = (name) => [`packages/core/test/proofs/${name}.test.ts`]
const hostile = test('hostile-action-proofs')
const proofs = test('action-proofs')

const guard = (tests, file, name, find, replace = '') => ({ name, file: core(file), find, replace, tests })

/** What a proof of an action must be before the action is decided. */
export const actionProofGuards = [
  guard(
    hostile,
    'enforce',
    'what must be proven is proven',
    'proof === undefined ? decideFreshly',
    "proof?.key !== '' ? decideFreshly",
  ),
  guard(
    proofs,
    'enforce',
    'an action is proven before it is decided',
    '    await on.prove(requester, proof, request.action,',
    '    const admission = await decideFreshly(on, requester, request)\n    if (admission.outcome !== "permitted") return admission\n    await on.prove(requester, proof, request.action,',
  ),
  guard(
    hostile,
    'enforce',
    'an action that was not proven is on record',
    '    return deny(on, requester, request, on.policyNow(), refusal)\n  }\n  return decideFreshly',
    "    return { outcome: 'refused', refusal }\n  }\n  return decideFreshly",
  ),
  guard(
    proofs,
    'action-proofs',
    'whoever signs sees a copy',
    'Object.freeze(JSON.parse(text) as ProvableAction)',
    'provable(engine, requester, action)',
  ),
  guard(
    proofs,
    'action-proofs',
    'a proof comes within a deadline',
    "await withDeadline(asked, 'the proof of the action', deadlineMs, signal)",
    'await asked',
  ),
  guard(
    proofs,
    'action-proofs',
    'what is no text is no proof',
    "if (typeof proof === 'string' && proof !== '') return proof",
    'if (proof) return String(proof)',
  ),
  guard(
    proofs,
    'action-proofs',
    'why no proof came is not told to the caller',
    'throw unavailable(cause)',
    'throw cause',
  ),
  guard(
    proofs,
    'proof-demand',
    'who needs proofs is bound to one key',
    'if (bound === undefined || others.length > 0) {',
    'if (others.length > 0) {',
  ),
  guard(
    proofs,
    'proof-demand',
    'a sub-agent escapes no proofs',
    'if (proveAction === undefined) return parent',
    'if (proveAction === undefined) return undefined',
  ),
  guard(
    proofs,
    'proof-demand',
    'a sub-agent with a key of its own signs with it',
    'if (key !== undefined) return { prove: proveAction, key, tokenHash: undefined }',
    'if (key !== undefined && parent === undefined) return { prove: proveAction, key, tokenHash: undefined }',
  ),
  guard(
    proofs,
    'proof-demand',
    'whoever signs is a function',
    "if (typeof prover === 'function') return",
    "if (where !== '') return",
  ),
  guard(
    hostile,
    'identity/action-proof',
    'the key is that of the session',
    'if (jwk.thumbprint !== purpose.key) throw',
    "if (jwk.thumbprint === '') throw",
  ),
  guard(
    hostile,
    'identity/action-proof',
    'a proof is signed',
    '    await assertSignedWith(proof, await keys(jwk, proof.algorithm))\n',
    '    await keys(jwk, proof.algorithm)\n',
  ),
  guard(
    proofs,
    'identity/action-proof',
    'a proof of an action works once',
    'if (!used.use(purpose.key, id)) throw',
    "if (!used.use(purpose.key, id) && id === '') throw",
  ),
  guard(
    proofs,
    'identity/action-proof',
    'a used proof is remembered until its end, by a clock that is ahead',
    '(maxActionProofS + toleranceS + 1) * 1000',
    'maxActionProofS * 1000',
  ),
  guard(
    proofs,
    'identity/action-proof',
    'no key fills what is remembered',
    'perKey: Math.ceil(capacity / 2)',
    'perKey: capacity',
  ),
  guard(
    hostile,
    'identity/action-proof',
    'a proof has no other claims',
    'if (!claimNames.has(name)) throw',
    "if (name === '') throw",
  ),
  ...[
    ['aud', 'engine'],
    ['sid', 'session'],
    ['adh', 'action'],
    ['ath', 'tokenHash'],
  ].map(([claim, purpose]) =>
    guard(
      hostile,
      'identity/action-proof',
      `a proof of an action has the ${claim} of its purpose`,
      `if (claims['${claim}'] !== purpose.${purpose}) throw`,
      `if (claims['${claim}'] === 0) throw`,
    ),
  ),
  guard(
    hostile,
    'identity/action-proof',
    'a proof of an action is not from the future',
    'if (iat > nowS + toleranceS) throw',
    'if (iat > nowS * 2000) throw',
  ),
  guard(hostile, 'identity/action-proof', 'a proof of an action ends', 'if (exp <= nowS) throw', 'if (exp < 0) throw'),
  guard(
    hostile,
    'identity/action-proof',
    'a proof of an action lives shortly',
    ' || exp - iat > maxActionProofS)',
    ')',
  ),
  guard(hostile, 'identity/action-proof', 'a proof of an action ends after it begins', 'if (exp <= iat || ', 'if ('),
  guard(
    proofs,
    'identity/action-proof',
    'the time of proofs of actions never goes backwards',
    'assertNew(proof, time.nowMs() / 1000)',
    'assertNew(proof, clock.wallMs() / 1000)',
  ),
  guard(
    proofs,
    'identity/sign-action',
    'nobody signs for another engine',
    'if (action.engine !== engine)\n',
    "if (action.engine === '')\n",
  ),
]
