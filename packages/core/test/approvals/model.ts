import type { ApprovalStage } from '../../src/model/decision.js'
import type { Event, Scenario } from './model-world.js'
import { actors, ttlMs, voteMaxAgeMs } from './model-world.js'

interface Vote {
  readonly who: string
  readonly at: number
}

/** What the rules say, in the fewest words and written apart from the code. */
export class Model {
  now = 0
  policyChanged = false
  over: string | undefined
  approved = false
  consumed = 0
  backwards = false
  denied = false
  readonly revoked = new Set<string>()
  readonly allows: Vote[] = []
  readonly #scenario: Scenario

  constructor(scenario: Scenario, path: readonly Event[] = []) {
    this.#scenario = scenario
    for (const event of path) this.apply(event)
  }

  /** Applies an event. Answers whether it must run the action. */
  apply({ verb, who }: Event): boolean {
    switch (verb) {
      case 'allow':
        this.#allow(who)
        return false
      case 'deny':
        if (!this.#live() || !this.#eligible(who)) return false
        this.over = 'denied'
        this.denied = true
        return false
      case 'forge':
      case 'elsewhere':
      case 'claim':
      case 'weak':
        this.#live()
        return false
      case 'replay':
        if (this.allows.length > 0) this.#live()
        return false
      case 'withdraw':
        this.over ??= 'withdrawn'
        return false
      case 'age':
        this.now += voteMaxAgeMs + 1
        return false
      case 'expire':
        this.now += ttlMs
        return false
      case 'back':
        this.backwards = true
        return false
      case 'policy':
        this.policyChanged = true
        return false
      case 'revoke':
        this.revoked.add(who)
        return false
      case 'swap':
        this.#consume(false)
        return false
      case 'consume':
        return this.#consume(true)
    }
  }

  /** Everything that a later event can depend on. Once over, nothing but how. */
  get key(): string {
    if (this.over !== undefined) return JSON.stringify([this.over, this.approved])
    const { allows, approved, backwards, now, policyChanged, revoked } = this
    return JSON.stringify([allows, approved, backwards, now, policyChanged, [...revoked].sort()])
  }

  #allow(who: string): void {
    if (!this.#live() || this.approved || !this.#eligible(who)) return
    if (this.#fresh().some((vote) => vote.who === who)) return
    this.allows.push({ who, at: this.now })
    this.approved = this.#met(this.#fresh().map((vote) => vote.who))
  }

  #consume(sameAction: boolean): boolean {
    if (!this.approved) return false
    if (!sameAction || !this.#live()) {
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

  #fresh(): readonly Vote[] {
    return this.allows.filter((vote) => this.now - vote.at <= voteMaxAgeMs)
  }

  #eligible(who: string): boolean {
    const { from, ownerMayApprove, stages } = this.#scenario.required
    const actor = actors[who]!
    if (this.revoked.has(who) || (from === 'humans' && !actor.human)) return false
    if (!actor.independent && !(ownerMayApprove && who === 'olga')) return false
    return stages.some((stage) => actor.roles.includes(stage.role))
  }

  /** Whether people, each counted once, fill every stage as often as it asks. */
  #met(voters: readonly string[]): boolean {
    const seats = this.#scenario.required.stages.flatMap((stage) => Array.from({ length: stage.count }, () => stage))
    return filled(seats, new Map(voters.map((who) => [who, actors[who]!.person])))
  }
}

function filled(seats: readonly ApprovalStage[], free: ReadonlyMap<string, string>): boolean {
  const [seat, ...rest] = seats
  if (seat === undefined) return true
  return [...free]
    .filter(([who]) => actors[who]!.roles.includes(seat.role))
    .some(([, person]) => filled(rest, new Map([...free].filter(([, other]) => other !== person))))
}
