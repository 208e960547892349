import type { HoldFacts } from '../approvals/request.js'
import type { RosterMember } from '../identity/roster.js'
import type { IndependenceDimension } from '../model/decision.js'
import type { Subject } from '../model/principal.js'
import { viewsOf } from '../policy/compile.js'
import type { CompiledPolicy, PolicyTarget } from '../policy/compiled.js'
import { alternatives, quoted } from '../policy/problem.js'
import type { HoldRule } from '../policy/rules.js'
import type { Approvability } from './approvability.js'
import { approvability } from './approvability.js'
import type { ExampleAction } from './example-actions.js'
import { exampleActions } from './example-actions.js'
import type { Finding, FindingCode } from './finding.js'
import { findingAt, named } from './finding.js'

/** What is wrong with the quorum of one rule, and for whom. */
interface Trouble {
  readonly code: Extract<FindingCode, 'approvers-not-independent' | 'quorum-unmeetable' | 'quorum-fragile'>
  readonly hold: HoldRule
  /** The sentence after who asks. */
  readonly says: string
  readonly requesters: Map<string, Subject>
}

/**
 * Holds whose quorum nobody, or not without one certain person, could make for somebody of the directory who may ask for
 * what they hold. Every example action is decided and every quorum made by the code that does it when it matters.
 */
export function quorumFindings(policy: CompiledPolicy, members: readonly RosterMember[]): readonly Finding[] {
  const search = new QuorumSearch(policy, members)
  for (const hold of viewsOf(policy).rules.hold) {
    for (const name of hold.targets) {
      const target = policy.targets.get(name)
      if (target !== undefined) search.look(hold, target)
    }
  }
  return search.findings()
}

class QuorumSearch {
  readonly #policy: CompiledPolicy
  readonly #members: readonly RosterMember[]
  readonly #troubles = new Map<string, Trouble>()

  constructor(policy: CompiledPolicy, members: readonly RosterMember[]) {
    this.#policy = policy
    this.#members = members
  }

  look(hold: HoldRule, target: PolicyTarget): void {
    const { rules } = viewsOf(this.#policy)
    const byRoles = new Map<string, readonly ExampleAction[]>()
    for (const member of this.#members) {
      const roles = rolesToAsk(this.#policy, member)
      const key = JSON.stringify(roles)
      const examples = byRoles.get(key) ?? exampleActions(this.#policy, rules, hold, { roles, target })
      byRoles.set(key, examples)
      for (const example of examples) this.#try(hold, target, member, example)
    }
  }

  #try(hold: HoldRule, target: PolicyTarget, member: RosterMember, example: ExampleAction): void {
    const { effects, operation, text } = example.input
    const facts: HoldFacts = {
      requester: member.principal,
      requirement: example.decision.requirement,
      action: { target, description: { operation, text, effects } },
    }
    const trouble = troubleOf(facts, approvability(this.#policy, this.#members, facts))
    if (trouble === undefined) return
    const { code, says } = trouble
    const key = JSON.stringify([code, hold.id, says])
    const known = this.#troubles.get(key) ?? { code, hold, says, requesters: new Map<string, Subject>() }
    this.#troubles.set(key, known)
    known.requesters.set(JSON.stringify(member.subject), member.subject)
  }

  findings(): readonly Finding[] {
    return [...this.#troubles.values()].map(({ code, hold, requesters, says }) => {
      const who = [...requesters.values()]
      return findingAt(this.#policy, code, [...hold.path, 'require'], `when ${named(who)} asks, ${says}`, who)
    })
  }
}

/** Whose roles the directory does not name may have any of them. */
export function rolesToAsk(policy: CompiledPolicy, member: RosterMember): readonly string[] {
  return member.namesRoles ? member.principal.roles : [...policy.roles]
}

function troubleOf(hold: HoldFacts, found: Approvability): Pick<Trouble, 'code' | 'says'> | undefined {
  const { stages } = hold.requirement
  if (found.quorum !== undefined) return fragile(found)
  const needs = stages.map(({ count, role, stage }) => `${String(count)} of ${quoted(role)} (${stage})`).join(' and ')
  const shared = sharedDimensions(found)
  if (found.voters.length === 0 && shared.length > 0) {
    return {
      code: 'approvers-not-independent',
      says:
        `nobody can give the approvals that it takes, ${needs}: everybody with ${rolesOf(hold)} shares ` +
        `${alternatives(shared)} with whoever asks: give the role to somebody else`,
    }
  }
  const could =
    found.voters.length === 0 ? 'nobody could say yes' : `only ${named(found.voters.map(subjectOf))} could say yes`
  return {
    code: 'quorum-unmeetable',
    says: `the approvals that it takes, ${needs}, cannot come together: ${could}${reasonsOf(found)}; give ${rolesOf(hold)} to more people who share nothing with each other`,
  }
}

function fragile({ indispensable }: Approvability): Pick<Trouble, 'code' | 'says'> | undefined {
  if (indispensable.length === 0) return undefined
  const roles = [...new Set(indispensable.flatMap(({ roles: all }) => all))]
  return {
    code: 'quorum-fragile',
    says: `nothing can be approved while ${alternatives(indispensable.map(({ subject }) => quoted(subject.id)))} is absent: give ${alternatives(roles.map(quoted))} to one more person`,
  }
}

function sharedDimensions({ leftOut }: Approvability): readonly IndependenceDimension[] {
  if (leftOut.length === 0 || !leftOut.every(({ reason }) => reason === 'not-independent')) return []
  return [...new Set(leftOut.flatMap(({ dimensions }) => dimensions))]
}

/** Why others could not, each reason once. */
function reasonsOf({ leftOut }: Approvability): string {
  const reasons = [...new Set(leftOut.map(({ dimensions, reason }) => [reason, ...dimensions].join(' ')))]
  return reasons.length === 0 ? '' : ` (left out: ${reasons.join(', ')})`
}

function rolesOf({ requirement }: HoldFacts): string {
  return alternatives([...new Set(requirement.stages.map(({ role }) => quoted(role)))])
}

function subjectOf({ subject }: { readonly subject: Subject }): Subject {
  return subject
}
