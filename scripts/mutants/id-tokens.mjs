import { core } from './approval-tests.mjs'

const tests = core('approvals/id-token-approver')

/** ID tokens as evidence: what their nonce, their client and their login have to be. */
export const idTokenGuards = [
  [
    'a nonce is that of a decision about the request',
    "  if (decision === undefined) throw refused('its nonce",
    "  if (decision === undefined) return 'allow'\n  if (decision === null) throw refused('its nonce",
  ],
  ['a login is recent', 'if (nowS - authTime > maxAgeS + toleranceS)', 'if (nowS - authTime > 1e9)'],
  ['a login lies in the past', 'if (authTime > nowS + toleranceS) throw', 'if (authTime > nowS + 1e9) throw'],
  ['a token is for this client alone', 'Array.isArray(aud) && aud.length !== 1 && ', 'aud === null && '],
  [
    'a token is not for another client',
    "ownMember(claims, 'azp') !== clientId",
    "ownMember(claims, 'azp') === undefined",
  ],
  ['an ID token counts for ten minutes', 'if (endsAtS <= nowS) throw', 'if (endsAtS <= 0) throw'],
  ['a clock that is set back brings no login back', 'time.nowMs()', 'clock.wallMs()'],
  ['nobody logs in for somebody else', "for (const name of ['cnf', 'act']) {", "for (const name of ['cnf']) {"],
].map(([name, find, replace]) => ({ name, file: 'packages/core/src/identity/id-token.ts', find, replace, tests }))
