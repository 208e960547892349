import type { Principal } from '../../src/model/principal.js'
import type { ApprovalRequirement } from '../../src/model/decision.js'
import { agent, human, peerStage, people, requirement } from './support.js'

export const ttlMs = 15 * 60_000
export const voteMaxAgeMs = 10 * 60_000

/** Who may try to vote, with what the model needs to know of them. */
export interface Actor {
  readonly principal: Principal
  readonly human: boolean
  readonly roles: readonly string[]
  /** The person whom the actor stands for. */
  readonly person: string
  /** Whether the actor shares nothing with the requester: no account, owner, run or key. */
  readonly independent: boolean
}

/** The agent that asks. */
export const requester = agent('deployer', { key: 'thumb-1', roles: ['deployer', 'dba', 'security'] })

const both = ['dba', 'security']
const elsewhere = { owners: [{ issuer: people, id: 'zoe' }], runRoot: 'elsewhere', roles: both }

export const actors: Readonly<Record<string, Actor>> = {
  self: { principal: requester, human: false, roles: both, person: 'olga', independent: false },
  sibling: {
    principal: agent('sibling', { ...elsewhere, owners: [{ issuer: people, id: 'olga' }] }),
    human: false,
    roles: both,
    person: 'olga',
    independent: false,
  },
  child: {
    principal: agent('child', { ...elsewhere, runRoot: 'run-of-deployer' }),
    human: false,
    roles: both,
    person: 'zoe',
    independent: false,
  },
  keymate: {
    principal: agent('keymate', { ...elsewhere, key: 'thumb-1' }),
    human: false,
    roles: both,
    person: 'zoe',
    independent: false,
  },
  peer: { principal: agent('peer', elsewhere), human: false, roles: both, person: 'zoe', independent: true },
  olga: { principal: human('olga', both), human: true, roles: both, person: 'olga', independent: false },
  ann: { principal: human('ann', ['dba']), human: true, roles: ['dba'], person: 'ann', independent: true },
  sam: { principal: human('sam', both), human: true, roles: both, person: 'sam', independent: true },
  samTwo: {
    principal: human('sam-admin', both, { owners: [{ issuer: people, id: 'sam' }] }),
    human: true,
    roles: both,
    person: 'sam',
    independent: true,
  },
  zoe: { principal: human('zoe', ['security']), human: true, roles: ['security'], person: 'zoe', independent: true },
  admin: { principal: human('admin', ['admin']), human: true, roles: ['admin'], person: 'admin', independent: true },
}

export type Verb =
  | 'allow'
  | 'deny'
  | 'forge'
  | 'elsewhere'
  | 'claim'
  | 'weak'
  | 'replay'
  | 'withdraw'
  | 'age'
  | 'expire'
  | 'back'
  | 'policy'
  | 'revoke'
  | 'consume'
  | 'swap'

/** What may happen, and to whom. `swap`: an attempt to run another action under the approval. */
export interface Event {
  readonly verb: Verb
  readonly who: string
}

const happens = (verb: Verb, ...names: readonly string[]): readonly Event[] => names.map((who) => ({ verb, who }))

const always: readonly Event[] = [
  ...happens('allow', ...Object.keys(actors)),
  ...happens('deny', 'ann', 'sam', 'olga', 'self', 'admin'),
  ...happens('forge', 'ann'),
  ...happens('elsewhere', 'ann'),
  ...happens('revoke', 'ann', 'sam'),
  ...(['withdraw', 'age', 'expire', 'back', 'policy', 'consume', 'swap'] as const).flatMap((verb) => happens(verb, '')),
]

const withEvidence: readonly Event[] = [
  ...always,
  ...happens('claim', 'ann'),
  ...happens('weak', 'ann'),
  ...happens('replay', ''),
]

/** What is explored: a requirement, how votes come in, and how far. */
export interface Scenario {
  readonly name: string
  readonly required: ApprovalRequirement
  /** `asserted`: the port says so. `evidence`: texts that a port verifies. `signed`: real keys. */
  readonly by: 'asserted' | 'evidence' | 'signed'
  readonly events: readonly Event[]
  readonly depth: number
  /** The least number of different states, so that the search does not quietly become empty. */
  readonly leastStates: number
}

/** The largest of them go as deep as the others in the long runs alone. */
function deep(depth: number): number {
  return process.env['BOTHKEYS_SOAK'] === '1' ? 5 : depth
}

const security = { ...peerStage, stage: 'security', role: 'security' }
const two = { ...peerStage, count: 2 }
const rule = (changes: Partial<ApprovalRequirement>): ApprovalRequirement =>
  requirement({ ttlMs, voteMaxAgeMs, ...changes })

export const scenarios: readonly Scenario[] = [
  { name: 'one person', required: rule({}), by: 'asserted', events: always, depth: 5, leastStates: 150 },
  {
    name: 'one person each of two roles',
    required: rule({ stages: [peerStage, security] }),
    by: 'asserted',
    events: always,
    depth: deep(4),
    leastStates: 150,
  },
  {
    name: 'two people of one role, with evidence',
    required: rule({ stages: [two], level: 'signed' }),
    by: 'evidence',
    events: withEvidence,
    depth: 5,
    leastStates: 300,
  },
  {
    name: 'two of anybody',
    required: rule({ stages: [two], from: 'anyone' }),
    by: 'asserted',
    events: always,
    depth: deep(4),
    leastStates: 200,
  },
  {
    name: 'the owner, where owners may',
    required: rule({ ownerMayApprove: true, from: 'anyone' }),
    by: 'asserted',
    events: always,
    depth: deep(4),
    leastStates: 60,
  },
  {
    name: 'two people of one role, with signatures',
    required: rule({ stages: [two], level: 'signed' }),
    by: 'signed',
    events: withEvidence,
    // Each signature takes its time.
    depth: process.env['BOTHKEYS_SOAK'] === '1' ? 4 : 3,
    leastStates: 30,
  },
]
