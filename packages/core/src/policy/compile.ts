import type { CompiledPolicy } from './compiled.js'
import { BothKeysError } from '../errors.js'
import { decide } from './decide.js'
import { glassProblems, glassRulesOf } from './glass-rules.js'
import { grantCapsOf } from './grant-caps.js'
import { policyDigest } from './outline.js'
import type { PolicyFile } from './parse.js'
import type { Locate, PolicyPath, Position } from './problem.js'
import { policyError } from './problem.js'
import { reachabilityProblems } from './reachability.js'
import { maskProblems } from './masks.js'
import { resolveRules } from './resolve.js'
import { dutyRulesOf, separationProblems } from './separation.js'
import { Views } from './view.js'

interface Behind {
  readonly views: Views
  readonly locate: Locate
}

const compiled = new WeakMap<CompiledPolicy, Behind>()

const noDuties: ReadonlySet<never> = new Set()

/**
 * Compiles a parsed policy. Throws ERR_POLICY_INVALID when a rule can never fire or an approval can never be given.
 * The result is frozen and decides in microseconds, whatever the number of rules.
 */
export function compilePolicy(file: PolicyFile): CompiledPolicy {
  const rules = resolveRules(file.policy)
  const views = new Views(rules)
  const problems = [
    ...reachabilityProblems(rules, views),
    ...separationProblems(rules),
    ...glassProblems(rules),
    ...maskProblems(rules.masks),
  ]
  if (problems.length > 0) throw policyError(file.name, problems, file.locate)
  const policy: CompiledPolicy = Object.freeze({
    digest: policyDigest(rules),
    source: file.source,
    targets: new Map(rules.targets),
    roles: new Set(rules.roles.keys()),
    dutyRules: dutyRulesOf(rules),
    glassRules: glassRulesOf(rules),
    grantCaps: grantCapsOf(rules),
    masks: rules.masks.length === 0 ? undefined : new Map(rules.masks.map((rule) => [rule.id, rule])),
    asksPeople: rules.hold.length > 0 || rules.chains.some(({ review }) => review !== undefined),
    decide: (input) => decide(views, input),
    dutiesOf: (roles, target, level, restrictingRoles) =>
      rules.targets.get(target.name)?.kind === target.kind
        ? views.of(roles, target.name, restrictingRoles).dutiesAt(level)
        : noDuties,
  } satisfies CompiledPolicy)
  compiled.set(policy, { views, locate: file.locate })
  return policy
}

/** The rules behind a compiled policy. Throws ERR_CONFIG_INVALID for anything that `compilePolicy` did not make. */
export function viewsOf(policy: CompiledPolicy): Views {
  return behind(policy).views
}

/** Where a rule of a compiled policy stands in its text; undefined when it was no text. Throws as `viewsOf` does. */
export function placeIn(policy: CompiledPolicy, path: PolicyPath): Position | undefined {
  return behind(policy).locate(path)
}

function behind(policy: CompiledPolicy): Behind {
  const known = compiled.get(policy)
  if (known !== undefined) return known
  throw new BothKeysError('ERR_CONFIG_INVALID', 'this is not a compiled policy of this copy of bothkeys', {
    hint: 'make one with loadPolicy(), and install @bothkeys/core once',
  })
}
