import type { Guard, JwtVerifierOptions } from '@bothkeys/core'
import { accountsAsPeople, createGuard, inlineSource, memoryJournal } from '@bothkeys/core'
import { ServedSessions } from '../../src/sessions/served-sessions.js'
import { verifierByIssuer } from '../../src/sessions/verifier-by-issuer.js'
import type { Issuer } from './issuer.js'
import { makeIssuer, verifierOptions } from './issuer.js'

/** Sessions of a guard that verifies real tokens, with a clock of the test for capabilities. */
export interface Bench {
  readonly issuer: Issuer
  readonly guard: Guard
  readonly sessions: ServedSessions
  readonly clock: { ms: number }
  /** How many sessions were opened and closed. */
  readonly count: { opened: number; closed: number }
}

export async function makeBench(
  limits: { readonly sessions?: number; readonly sessionsPerSubject?: number } = {},
  dpop?: NonNullable<JwtVerifierOptions['dpop']>,
): Promise<Bench> {
  const issuer = await makeIssuer()
  const guard = await createGuard({
    engine: 'doors',
    policy: inlineSource({ version: 1, targets: {}, roles: {} }),
    identity: verifierByIssuer('doors', [{ ...verifierOptions, jwks: issuer.jwks, ...(dpop && { dpop }) }]),
    directory: accountsAsPeople,
    targets: [],
    journal: memoryJournal(),
  })
  const clock = { ms: 0 }
  const count = { opened: 0, closed: 0 }
  const sessions = new ServedSessions({
    open: (credential) => guard.openSession(credential),
    monotonicMs: () => clock.ms,
    limits: { sessions: 1_000, sessionsPerSubject: 100, ...limits },
  })
  guard.on('sessionOpened', () => count.opened++)
  guard.on('sessionClosed', ({ session }) => {
    count.closed++
    sessions.ended(session)
  })
  return { issuer, guard, sessions, clock, count }
}

/** An agent that stays. */
export const stays = new AbortController().signal

/** What a door says when somebody logs in. */
export const login = (password: string): { readonly user: string; readonly password: string } => ({
  user: 'agent',
  password,
})
