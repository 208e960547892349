import { describe, expect, it } from 'vitest'
import type { HeldAction, HoldRequest } from '../../src/approvals/coordinator.js'
import type { ApprovalRequirement } from '../../src/model/decision.js'
import { sha256 } from '../../src/model/digest.js'
import type { Principal } from '../../src/model/principal.js'
import type { Bench } from './support.js'
import { agent, bench, deployer, hold, human, peerStage, people, policy, requirement } from './support.js'

/**
 * Every sequence of up to five events is played against the real coordinator; sequences that lead to the same state are
 * continued once. A small model, written apart from the code, says for each what must have happened.
 */

const maxDepth = 5
const ttlMs = 15 * 60_000
const voteMaxAgeMs = 10 * 60_000

interface Actor {
  readonly principal: Principal
  readonly human: boolean
  readonly independent: boolean
  readonly roles: readonly string[]
}

const actors: Readonly<Record<string, Actor>> = {
  ann: { principal: human('ann', ['dba']), human: true, independent: true, roles: ['dba'] },
  sam: { principal: human('sam', ['dba', 'security']), human: true, independent: true, roles: ['dba', 'security'] },
  samTwo: {
    principal: human('sam-admin', ['security'], { owners: [{ issuer: people, id: 'sam' }] }),
    human: true,
    independent: true,
    roles: ['security'],
  },
  olga: { principal: human('olga', ['dba', 'security']), human: true, independent: false, roles: ['dba', 'security'] },
  self: {
    principal: agent('deployer', { roles: ['dba', 'security'] }),
    human: false,
    independent: false,
    roles: ['dba', 'security'],
  },
  peer: {
    principal: agent('peer', { roles: ['dba', 'security'], owners: [{ issuer: people, id: 'zoe' }], runRoot: 'else' }),
    human: false,
    independent: true,
    roles: ['dba', 'security'],
  },
}

const events = [
  ...Object.keys(actors).map((who) => `allow ${who}`),
  'deny ann',
  'deny olga',
  'deny self',
  'deny sam',
  'withdraw',
  'age',
  'expire',
  'clock back',
  'policy',
  'revoke ann',
  'revoke sam',
  'consume',
  'consume another',
] as const

type Event = (typeof events)[number]

/** What the rules say, in the fewest words. */
class Model {
  now = 0
  policyChanged = false
  over: string | undefined
  approved = false
  consumed = 0
  backwards = false
  readonly revoked = new Set<string>()
  readonly allows: { readonly who: string; readonly at: number }[] = []
  denied = false
  readonly #required: ApprovalRequirement

  constructor(required: ApprovalRequirement) {
    this.#required = required
  }

  /** Applies an event. Answers whether `consume` must succeed. */
  apply(event: Event): boolean | undefined {
    const [verb, who = ''] = event.split(' ')
    switch (verb) {
      case 'allow':
        if (!this.#live() || this.approved || !this.#eligible(who)) return undefined
        if (this.#fresh().some((vote) => vote.who === who)) return undefined
        this.allows.push({ who, at: this.now })
        this.approved = this.#met(this.#fresh().map((vote) => vote.who))
        return undefined
      case 'deny':
        if (!this.#live() || !this.#eligible(who)) return undefined
        this.over = 'denied'
        this.denied = true
        return undefined
      case 'withdraw':
        this.over ??= 'withdrawn'
        return undefined
      case 'age':
        this.now += voteMaxAgeMs + 1
        return undefined
      case 'expire':
        this.now += ttlMs
        return undefined
      case 'clock':
        this.backwards = true
        return undefined
      case 'policy':
        this.policyChanged = true
        return undefined
      case 'revoke':
        this.revoked.add(who)
        return undefined
      default:
        return this.#consume(who === 'another')
    }
  }

  #consume(another: boolean): boolean | undefined {
    if (!this.approved) return undefined
    if (another || !this.#live()) {
      this.over ??= 'void'
      return false
    }
    const standing = this.#fresh().filter((vote) => this.#eligible(vote.who))
    if (!this.#met(standing.map((vote) => vote.who))) {
      this.over = 'void'
      return false
    }
    this.over = 'consumed'
    this.consumed++
    return true
  }

  #live(): boolean {
    if (this.now >= ttlMs || this.backwards) this.over ??= 'expired'
    if (this.policyChanged) this.over ??= 'void'
    return this.over === undefined
  }

  #fresh(): { readonly who: string; readonly at: number }[] {
    return this.allows.filter((vote) => this.now - vote.at <= voteMaxAgeMs)
  }

  #eligible(who: string): boolean {
    const actor = actors[who]!
    if (!actor.independent || this.revoked.has(who)) return false
    return actor.human && actor.roles.some((role) => this.#required.stages.some((stage) => stage.role === role))
  }

  /** Two accounts of Sam are one person. */
  #met(voters: readonly string[]): boolean {
    const has = (role: string, except?: string): string[] =>
      voters.filter((who) => actors[who]!.roles.includes(role) && personOf(who) !== except)
    if (this.#required.stages.length === 1) return has('dba').length > 0
    return has('dba').some((first) => has('security', personOf(first)).length > 0)
  }
}

function personOf(who: string): string {
  return who === 'samTwo' ? 'sam' : who
}

interface Played {
  readonly model: Model
  readonly key: string
}

async function play(path: readonly Event[], required: ApprovalRequirement): Promise<Played> {
  const on = bench()
  const model = new Model(required)
  const asked = hold({ requirement: required })
  const gone = new AbortController()
  let held: HeldAction | undefined
  let outcome = 'waiting'
  const running = on.coordinator.request(asked, gone.signal).then((result) => {
    outcome = result.outcome
    if (result.outcome === 'approved') held = result.held
  })
  await on.hand.asked
  let consumptions = 0
  for (const event of path) {
    const expected = model.apply(event)
    const happened = await act(event, on, asked, held, gone)
    if (happened.consumed !== undefined) {
      consumptions++
      checkEvidence(happened.consumed, model, path)
    }
    must((happened.consumed !== undefined) === (expected === true), 'consumed exactly when it should be', path)
    must(consumptions === model.consumed, 'I9: once, however often it is tried', path)
    // The promise of `request` is a turn behind the receipt.
    await Promise.resolve()
    await Promise.resolve()
  }
  const key = stateKey(on, model)
  gone.abort()
  await running
  must((outcome === 'approved') === model.approved, 'approved exactly when it should be', path)
  return { model, key }
}

async function act(
  event: Event,
  on: Bench,
  asked: HoldRequest,
  held: HeldAction | undefined,
  gone: AbortController,
): Promise<{ consumed?: unknown }> {
  const [verb, who = ''] = event.split(' ')
  switch (verb) {
    case 'allow':
      await on.hand.allow(actors[who]!.principal)
      return {}
    case 'deny':
      await on.hand.deny(actors[who]!.principal)
      return {}
    case 'withdraw':
      gone.abort()
      return {}
    case 'age':
      on.clock.advance(voteMaxAgeMs + 1)
      return {}
    case 'expire':
      on.clock.advance(ttlMs)
      return {}
    case 'clock':
      on.clock.setWall(0)
      return {}
    case 'policy':
      on.policy = policy('second')
      return {}
    case 'revoke':
      on.liveRoles.set(actors[who]!.principal, [])
      return {}
    default:
      if (held === undefined) return {}
      try {
        return { consumed: await on.coordinator.consume(held, who === 'another' ? sha256('other') : asked.digest) }
      } catch {
        return {}
      }
  }
}

/** A plain check: there are hundreds of thousands, which an assertion library would make slow. */
function must(holds: boolean, what: string, path: readonly Event[]): void {
  if (!holds) throw new Error(`${what}: ${path.join(', ')}`)
}

interface Evidence {
  readonly votes: readonly {
    readonly approver: { readonly text: string }
    readonly stage: string
    readonly at: string
  }[]
}

/** The invariants, on the evidence itself. */
function checkEvidence(evidence: unknown, model: Model, path: readonly Event[]): void {
  const where = path.join(', ')
  const votes = (evidence as Evidence).votes.map((vote) => {
    const approver = JSON.parse(vote.approver.text) as { kind: string; subject: { id: string } }
    const who = Object.keys(actors).find((name) => actors[name]!.principal.subject.id === approver.subject.id)!
    return { who, kind: approver.kind, stage: vote.stage }
  })
  for (const vote of votes) {
    const actor = actors[vote.who]!
    expect(actor.independent, `I3 ${where}`).toBe(true)
    expect(model.revoked.has(vote.who), `I6 ${where}`).toBe(false)
    expect(actor.roles.includes(vote.stage === 'peer' ? 'dba' : 'security'), `I6 ${where}`).toBe(true)
    expect(vote.kind, `I12 ${where}`).toBe('human')
    const last = model.allows.findLast((allow) => allow.who === vote.who)!
    expect(model.now - last.at, `I8 ${where}`).toBeLessThanOrEqual(voteMaxAgeMs)
  }
  expect(new Set(votes.map((vote) => personOf(vote.who))).size, `I4, I5 ${where}`).toBe(votes.length)
  expect(path.slice(0, path.indexOf('consume')).includes('consume another'), `I2 ${where}`).toBe(false)
  expect(model.policyChanged, `I7 ${where}`).toBe(false)
  expect(model.now, `I8 ${where}`).toBeLessThan(ttlMs)
  expect(model.denied, `I10 ${where}`).toBe(false)
}

/** Everything that later events can depend on. */
function stateKey(on: Bench, model: Model): string {
  const stored = [...on.ledger.entries].find(([key]) => key.startsWith('approval/request/'))?.[1].value as
    | { votes: { approver: string; decision: string; elapsedMs: number }[] }
    | undefined
  const votes = (stored?.votes ?? []).map((vote) => `${vote.approver} ${vote.decision} ${String(vote.elapsedMs)}`)
  const { approved, backwards, now, over, policyChanged } = model
  // Once over, nothing but how it ended matters: every event is still tried once from there.
  if (over !== undefined) return JSON.stringify([over, approved])
  return JSON.stringify([votes, approved, backwards, now, policyChanged, [...model.revoked].sort()])
}

const oneStage = requirement({ stages: [peerStage], ttlMs })
const twoStages = requirement({ stages: [peerStage, { ...peerStage, stage: 'security', role: 'security' }], ttlMs })

describe('every sequence of five events', () => {
  it.each([
    ['one stage', oneStage, 450],
    ['two stages', twoStages, 1_500],
  ])(
    'keeps I2–I10 and I12, and lets through what should be (%s)',
    async (_what, required, leastStates) => {
      expect(deployer.kind).toBe('agent')
      const seen = new Set<string>()
      let frontier: readonly (readonly Event[])[] = [[]]
      let consumed = 0
      for (let depth = 1; depth <= maxDepth; depth++) {
        const next: (readonly Event[])[] = []
        for (const path of frontier) {
          for (const event of events) {
            const { model, key } = await play([...path, event], required)
            if (model.consumed > 0 && event === 'consume') consumed++
            if (seen.has(key)) continue
            seen.add(key)
            next.push([...path, event])
          }
        }
        frontier = next
      }
      expect(seen.size).toBeGreaterThan(leastStates)
      expect(consumed).toBeGreaterThan(0)
    },
    600_000,
  )
})
