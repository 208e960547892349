import { setMaxListeners } from 'node:events'
import { expect } from 'vitest'
import type { SamlFacts, VerifySamlOptions } from '../src/index.js'
import { seenAssertions, verifySamlResponse } from '../src/index.js'
import { audience, callbackUrl, encoded, idp, keys, nowMs, request } from './test-idp.js'

export const signal = new AbortController().signal
// Many wait with it at once.
setMaxListeners(0, signal)

/** A clock that stands still. */
export const clockAt = (ms: number): { wallMs: () => number; monotonicMs: () => number } => ({
  wallMs: () => ms,
  monotonicMs: () => 0,
})

/** New for each response: each has a memory of its own unless it is given one. */
export function options(overrides: Partial<VerifySamlOptions> = {}): VerifySamlOptions {
  return {
    issuer: idp,
    certificates: keys.publicKey,
    audience,
    callbackUrl,
    seen: seenAssertions(),
    inResponseTo: request,
    clock: clockAt(nowMs),
    ...overrides,
  }
}

export const verify = (xml: string, overrides: Partial<VerifySamlOptions> = {}): Promise<SamlFacts> =>
  verifySamlResponse(encoded(xml), options(overrides), signal)

/** Checks that a response is refused for a reason, and that the reason holds nothing of it. */
export async function expectRefused(
  xml: string,
  reason: RegExp,
  overrides: Partial<VerifySamlOptions> = {},
): Promise<void> {
  const error: unknown = await verify(xml, overrides).then(
    (facts) => `accepted as ${facts.subject.id}`,
    (refusal: unknown) => refusal,
  )
  expect(error).toMatchObject({ code: 'ERR_TOKEN_INVALID', message: expect.stringMatching(reason) })
  expect((error as Error).cause).toBeUndefined()
}
