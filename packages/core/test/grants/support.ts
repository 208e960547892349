import type { Approver } from '../../src/approvals/approver.js'
import type { GrantOptions } from '../../src/grants/grant-options.js'
import type { Effect } from '../../src/model/effect.js'
import type { Principal } from '../../src/model/principal.js'
import type { HoldRuleInput, PolicyInput } from '../../src/policy/policy-input.js'
import type { Session } from '../../src/session.js'
import { agent, human, YesOf } from '../duties/support.js'
import type { GlassBench, GlassBenchOptions } from '../glass/support.js'
import { glassBench } from '../glass/support.js'

export const heldWrites: HoldRuleInput = {
  id: 'H1',
  duty: ['write', 'delete'],
  require: [{ stage: 'peer', count: 1, role: 'dba' }],
  ttl: '15m',
  grant: { uses: 20, ttl: '1h' },
}

/** Workers write and delete after approval, which people may grant under H1. */
export const grantPolicy: PolicyInput = {
  version: 1,
  targets: { db: { kind: 'fake' }, other: { kind: 'fake' } },
  roles: {
    worker: [{ target: ['db', 'other'], duty: ['read', 'write', 'delete', 'define'] }],
    dba: [{ target: ['db', 'other'], duty: 'approve' }],
  },
  deny: [{ id: 'N1', resource: 'table:hr.**' }],
  hold: [heldWrites, { id: 'H2', duty: 'define', require: [{ stage: 'peer', count: 1, role: 'dba' }], ttl: '15m' }],
}

/** Three writes to one table. */
export const threeWrites: GrantOptions = {
  target: 'db',
  duty: 'write',
  resource: 'table:public.t',
  uses: 3,
  ttlMs: 600_000,
  reason: 'backfill',
}

export interface GrantBench extends GlassBench {
  readonly people: YesOf
  /** A session that has read from the target `db`. */
  start(principal?: Principal): Promise<Session>
}

/** A guard whose first approver says yes as `vera`, a dba. */
export async function grantBench(
  options: GlassBenchOptions & { readonly others?: readonly Approver[] } = {},
): Promise<GrantBench> {
  const people = new YesOf(human('vera', ['dba']))
  const bench = await glassBench({ policy: grantPolicy, ...options, approvers: [people, ...(options.approvers ?? [])] })
  return Object.assign(bench, {
    people,
    start: async (principal: Principal = agent({ id: 'a1' })) => {
      const session = await bench.open(principal)
      await bench.tries(session, 'read')
      return session
    },
  })
}

/** What came of several tries, one after the other. */
export async function triesOf(
  on: GrantBench,
  session: Session,
  tries: readonly (Effect['duty'] | readonly Effect[])[],
): Promise<readonly string[]> {
  const outcomes: string[] = []
  for (const each of tries) outcomes.push(await on.tries(session, each))
  return outcomes
}

/** The code that a promise rejects with, or `given`. */
export async function grantCode(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'given'
  } catch (error) {
    return (error as { readonly code?: string }).code ?? String(error)
  }
}
