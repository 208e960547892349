import type { HoldFacts } from '../approvals/request.js'
import { closureOf } from '../duties/closure.js'
import type { RosterMember } from '../identity/roster.js'
import type { HistoryStep } from '../model/duty-rules.js'
import type { Principal, Subject } from '../model/principal.js'
import { viewsOf } from '../policy/compile.js'
import type { CompiledPolicy, PolicyTarget } from '../policy/compiled.js'
import { quoted } from '../policy/problem.js'
import type { HistoryRule } from '../policy/rules.js'
import { approvability } from './approvability.js'
import { exampleActions, isAllowedUnasked } from './example-actions.js'
import type { Finding } from './finding.js'
import { findingAt, named } from './finding.js'
import { rolesToAsk } from './quorums.js'

/**
 * History chains whose steps, as far as somebody of the directory could take them, no distinct people could: whoever is to take
 * the last one shares something with whoever took one before, whatever they do. Everybody is tried by the code that decides
 * when it matters; one approver is looked at, since a quorum that cannot be made is found by itself.
 */
export function chainFindings(policy: CompiledPolicy, members: readonly RosterMember[]): readonly Finding[] {
  return viewsOf(policy).rules.chains.flatMap((chain) =>
    [...chain.targets].flatMap((name) => {
      const target = policy.targets.get(name)
      const stuck = target && new ChainSearch(policy, members, chain, target).stuck()
      return stuck === undefined ? [] : [findingOf(policy, chain, name, stuck)]
    }),
  )
}

/** Somebody who could take a step, with all that ties them to others as the chain counts it. */
interface Taker {
  readonly subject: Subject
  readonly ties: ReadonlySet<string>
}

/** The steps that somebody could take, and all who could. */
interface Stuck {
  readonly steps: readonly HistoryStep[]
  readonly accounts: readonly Subject[]
}

class ChainSearch {
  readonly #policy: CompiledPolicy
  readonly #members: readonly RosterMember[]
  readonly #chain: HistoryRule
  readonly #target: PolicyTarget
  readonly #takers = new Map<string, Subject>()
  readonly #steps = new Set<HistoryStep>()

  constructor(policy: CompiledPolicy, members: readonly RosterMember[], chain: HistoryRule, target: PolicyTarget) {
    this.#policy = policy
    this.#members = members
    this.#chain = chain
    this.#target = target
  }

  /** Undefined: distinct people could take the steps, or there are not two that anybody could take. */
  stuck(): Stuck | undefined {
    const executions = this.#chain.steps.has('execute') ? this.#executors() : []
    for (const requests of this.#requests()) {
      for (const taken of requests) {
        for (const execution of executions.length === 0 ? [undefined] : executions) {
          const takers = execution === undefined ? taken : [...taken, execution]
          this.#note(taken, executions)
          if (areApart(takers)) return undefined
        }
      }
    }
    if (this.#steps.size < 2) return undefined
    const { steps } = this.#chain
    return { steps: [...steps].filter((step) => this.#steps.has(step)), accounts: [...this.#takers.values()] }
  }

  /** For everybody who could ask for something: who would have taken the steps of the chain when somebody says yes. */
  *#requests(): Generator<readonly (readonly Taker[])[]> {
    const { steps } = this.#chain
    for (const member of this.#distinct(({ principal, roles }) => JSON.stringify([principal.roles, roles]))) {
      const asks = steps.has('request') ? this.#taker(member.principal, member.subject) : undefined
      if (steps.has('request') && asks === undefined) continue
      const own = asks === undefined ? [] : [asks]
      for (const hold of this.#holdsFor(member)) {
        const { voters } = approvability(this.#policy, this.#members, hold)
        const approvers = voters.flatMap(({ approver, subject }) => this.#taker(approver, subject) ?? [])
        // Nobody can say yes: that is found as a quorum that cannot be made.
        if (approvers.length === 0) continue
        if (asks !== undefined) this.#steps.add('request')
        if (steps.has('approve')) this.#steps.add('approve')
        yield steps.has('approve') ? approvers.map((approver) => [...own, approver]) : [own]
      }
    }
  }

  #holdsFor(member: RosterMember): readonly HoldFacts[] {
    const { rules } = viewsOf(this.#policy)
    const who = { roles: rolesToAsk(this.#policy, member), target: this.#target }
    const about = rules.hold.filter(({ targets }) => targets.has(this.#target.name))
    const examples = about.flatMap((hold) => exampleActions(this.#policy, rules, hold, who))
    return examples
      .filter(({ input }) => input.effects.some(({ duty }) => this.#chain.duties.has(duty) || duty === 'opaque'))
      .map(({ decision, input: { effects, operation, text } }) => ({
        requester: member.principal,
        requirement: decision.requirement,
        action: { target: this.#target, description: { operation, text, effects } },
      }))
  }

  #executors(): readonly Taker[] {
    const { rules } = viewsOf(this.#policy)
    const found = this.#distinct(({ principal, roles }) => JSON.stringify([principal.roles, roles]))
      .filter((member) =>
        isAllowedUnasked(this.#policy, rules, this.#chain.duties, {
          roles: rolesToAsk(this.#policy, member),
          target: this.#target,
        }),
      )
      .flatMap(({ principal, subject }) => this.#taker(principal, subject) ?? [])
    if (found.length > 0) this.#steps.add('execute')
    return found
  }

  /** One of those who share all that ties people to each other, since they are the same to every rule here. */
  #distinct(more: (member: RosterMember) => string): readonly RosterMember[] {
    const found = new Map<string, RosterMember>()
    for (const member of this.#members) {
      const { members, unknown } = closureOf(member.principal, ['person', 'agentClass'])
      const shared = members.filter(({ dimension }) => dimension !== 'subject')
      const own = this.#chain.over.includes('person') ? [] : [member.subject]
      const key = JSON.stringify([shared, unknown, own, member.principal.kind, more(member)])
      if (!found.has(key)) found.set(key, member)
    }
    return [...found.values()]
  }

  /** Undefined for somebody whom the chain would refuse because what ties them to others is not known. */
  #taker(principal: Principal, subject: Subject): Taker | undefined {
    const { members, unknown } = closureOf(principal, this.#chain.over)
    if (unknown.length > 0) return undefined
    return { subject, ties: new Set(members.map(({ dimension, value }) => JSON.stringify([dimension, value]))) }
  }

  #note(...groups: readonly (readonly Taker[])[]): void {
    for (const { subject } of groups.flat()) this.#takers.set(JSON.stringify(subject), subject)
  }
}

function areApart(takers: readonly Taker[]): boolean {
  return takers.every((one, index) =>
    takers.slice(index + 1).every((other) => ![...one.ties].some((tie) => other.ties.has(tie))),
  )
}

function findingOf(policy: CompiledPolicy, { over, path }: HistoryRule, target: string, stuck: Stuck): Finding {
  const steps = stuck.steps.map(quoted).join(' and ')
  const message =
    `on ${quoted(target)} ${steps} cannot be taken by people who are distinct: only ${named(stuck.accounts)} could take any of ` +
    `them, and they share ${[...new Set(['subject', ...over])].join(', ')} too often; give the roles to somebody else`
  return findingAt(policy, 'chain-unmeetable', [...path, 'steps'], message, stuck.accounts)
}
