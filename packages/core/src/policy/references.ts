import { maxSeats } from '../model/decision.js'
import type { Duty } from '../model/effect.js'
import { guardDuties, listedDuties } from './duty-choice.js'
import { suggestion } from './nearest.js'
import type { HoldRuleInput } from './policy-input.js'
import type { OneOrMany, TargetSelector } from './selector-input.js'
import type { PolicyPath, Problem } from './problem.js'
import { invalid, quoted, unsupported, writePath } from './problem.js'
import { boundProblems, grantProblems, ownerProblems } from './rule-problems.js'
import type { SoundParts } from './sound-parts.js'

/** Names that nothing declares, names that stand for two things, and combinations that nothing enforces yet. */
export function referenceProblems(parts: SoundParts): readonly Problem[] {
  const check = new ReferenceCheck(parts)
  check.targets()
  check.roles()
  check.restrictions()
  check.records()
  check.separations()
  check.histories()
  check.roleSeparations()
  check.walls()
  check.limits()
  check.breakGlass()
  check.masks()
  check.mitigations()
  return check.problems
}

class ReferenceCheck {
  readonly problems: Problem[] = []
  readonly #parts: SoundParts
  readonly #ids = new Map<string, PolicyPath>()

  constructor(parts: SoundParts) {
    this.#parts = parts
  }

  targets(): void {
    for (const [name, target] of this.#parts.targets) {
      if (target?.labels !== undefined && Object.hasOwn(target.labels, 'kind')) {
        this.problems.push(
          invalid(
            ['targets', name, 'labels', 'kind'],
            'a label cannot be called "kind": selectors use it for the kind',
          ),
        )
      }
    }
  }

  roles(): void {
    for (const [role, rules] of this.#parts.roles) {
      for (const [index, rule] of rules.entries()) {
        if (rule === undefined) continue
        const path = ['roles', role, index]
        this.#selector(rule.target, [...path, 'target'])
        this.#narrowedGuardDuty(rule.duty, path, [
          ['resource', rule.resource],
          ['when', rule.when],
          ['operation', rule.operation],
        ])
        this.problems.push(...boundProblems(rule, path))
      }
    }
  }

  restrictions(): void {
    for (const [index, rule] of this.#parts.deny.entries()) {
      if (rule === undefined) continue
      const path = ['deny', index]
      this.#restriction(rule, path)
      this.#narrowedGuardDuty(rule.duty, path, [
        ['resource', rule.resource],
        ['when', rule.when],
        ['text', rule.text],
        ['argv', rule.argv],
      ])
    }
    for (const [index, rule] of this.#parts.hold.entries()) {
      if (rule === undefined) continue
      const path = ['hold', index]
      this.#restriction(rule, path)
      for (const duty of listedDuties(rule.duty)) {
        if (!guardDuties.has(duty)) continue
        this.problems.push(unsupported([...path, 'duty'], `holding the duty ${quoted(duty)} has not landed yet`))
      }
      this.#stages(rule.require, path)
      this.problems.push(...ownerProblems(rule, path))
      this.problems.push(...boundProblems(rule, path))
      this.problems.push(...grantProblems(rule, path))
    }
  }

  records(): void {
    for (const [index, rule] of this.#parts.record.entries()) {
      if (rule === undefined) continue
      const path = ['record', index]
      this.#id(rule.id, path)
      this.#selector(rule.target, [...path, 'target'])
      if (rule.durability === 'written' && listedDuties(rule.duty).every((duty) => duty === 'read')) {
        this.problems.push(
          invalid(
            [...path, 'durability'],
            'reads are only written anyway; name the other duties that are to be written without a sync',
          ),
        )
      }
    }
  }

  separations(): void {
    for (const [index, rule] of this.#parts.dynamic.entries()) {
      if (rule === undefined) continue
      const path = ['separate', 'dynamic', index]
      this.#id(rule.id, path)
      this.#selector(rule.target, [...path, 'target'])
      this.#distinct(rule.duties, [...path, 'duties'])
      this.#max(rule.max, rule.duties, path)
      for (const [place, duty] of rule.duties.entries()) {
        if (duty !== 'policy' && duty !== 'audit') continue
        this.problems.push(
          unsupported([...path, 'duties', place], `separating the duty ${quoted(duty)} has not landed yet`),
        )
      }
    }
  }

  histories(): void {
    for (const [index, rule] of this.#parts.history.entries()) {
      if (rule === undefined) continue
      const path = ['separate', 'history', index]
      this.#id(rule.id, path)
      this.#selector(rule.target, [...path, 'target'])
      this.#distinct(rule.steps, [...path, 'steps'])
      if (rule.review !== undefined) this.#role(rule.review.role, [...path, 'review', 'role'])
      for (const duty of listedDuties(rule.duty)) {
        if (!guardDuties.has(duty)) continue
        this.problems.push(invalid([...path, 'duty'], `no action has the duty ${quoted(duty)}`))
      }
    }
  }

  roleSeparations(): void {
    for (const [index, rule] of this.#parts.static.entries()) {
      if (rule === undefined) continue
      const path = ['separate', 'static', index]
      this.#id(rule.id, path)
      this.#distinct(rule.roles, [...path, 'roles'])
      this.#max(rule.max, rule.roles, path)
      for (const [place, role] of rule.roles.entries()) this.#role(role, [...path, 'roles', place])
    }
  }

  walls(): void {
    for (const [index, rule] of this.#parts.wall.entries()) {
      if (rule === undefined) continue
      const path = ['separate', 'wall', index]
      this.#id(rule.id, path)
      for (const [name, dataset] of Object.entries(rule.datasets))
        this.#selector(dataset.target, [...path, 'datasets', name, 'target'])
    }
  }

  limits(): void {
    for (const [index, rule] of this.#parts.limits.entries()) {
      if (rule === undefined) continue
      const path = ['limits', index]
      if (rule.id !== undefined) this.#id(rule.id, path)
      this.#role(rule.role, [...path, 'role'])
      this.#selector(rule.target, [...path, 'target'])
      for (const duty of listedDuties(rule.duty)) {
        if (!guardDuties.has(duty)) continue
        this.problems.push(unsupported([...path, 'duty'], `limiting the duty ${quoted(duty)} has not landed yet`))
      }
    }
  }

  breakGlass(): void {
    for (const [index, rule] of this.#parts.breakGlass.entries()) {
      if (rule === undefined) continue
      const path = ['breakGlass', index]
      this.#id(rule.id, path)
      this.#role(rule.role, [...path, 'role'])
      this.#role(rule.review.role, [...path, 'review', 'role'])
      this.#selector(rule.target, [...path, 'target'])
    }
  }

  masks(): void {
    for (const [index, rule] of this.#parts.mask.entries()) {
      if (rule === undefined) continue
      const path = ['mask', index]
      this.#id(rule.id, path)
      this.#selector(rule.target, [...path, 'target'])
      for (const [place, role] of (rule.except ?? []).entries()) this.#role(role, [...path, 'except', place])
    }
  }

  mitigations(): void {
    for (const [index, rule] of this.#parts.mitigations.entries())
      if (rule !== undefined) this.#id(rule.id, ['mitigations', index])
  }

  #distinct(names: readonly string[], path: PolicyPath): void {
    for (const [index, name] of names.entries())
      if (names.indexOf(name) !== index) this.problems.push(invalid([...path, index], `${quoted(name)} is there twice`))
  }

  #max(max: number, names: readonly string[], path: PolicyPath): void {
    const count = new Set(names).size
    if (max < count) return
    this.problems.push(
      invalid(
        [...path, 'max'],
        `it must be less than the ${String(count)} that are listed, or the rule can never fire`,
      ),
    )
  }

  #restriction(
    rule: { readonly id: string; readonly target?: TargetSelector; readonly roles?: readonly string[] },
    path: PolicyPath,
  ): void {
    this.#id(rule.id, path)
    this.#selector(rule.target, [...path, 'target'])
    for (const [index, role] of (rule.roles ?? []).entries()) this.#role(role, [...path, 'roles', index])
  }

  #stages(stages: HoldRuleInput['require'], path: PolicyPath): void {
    const seats = stages.reduce((sum, { count }) => sum + count, 0)
    if (seats > maxSeats) {
      this.problems.push(
        invalid(
          [...path, 'require'],
          `the stages ask for ${String(seats)} people together, and a request takes at most ${String(maxSeats)}`,
        ),
      )
    }
    const names = new Set<string>()
    for (const [index, stage] of stages.entries()) {
      this.#role(stage.role, [...path, 'require', index, 'role'])
      if (names.has(stage.stage)) {
        this.problems.push(
          invalid([...path, 'require', index, 'stage'], `the stage ${quoted(stage.stage)} is there twice`),
        )
      }
      names.add(stage.stage)
    }
  }

  /** Which approvals and reviews there are is decided for a whole target, so nothing would enforce the narrowing. */
  #narrowedGuardDuty(
    duty: OneOrMany<Duty> | '*' | undefined,
    path: PolicyPath,
    narrowing: readonly (readonly [key: string, value: unknown])[],
  ): void {
    const own = listedDuties(duty).find((each) => guardDuties.has(each))
    const [narrowed] = narrowing.filter(([, value]) => value !== undefined)
    if (own === undefined || narrowed === undefined) return
    this.problems.push(
      unsupported(
        [...path, narrowed[0]],
        `the duty ${quoted(own)} cannot be narrowed by ${quoted(narrowed[0])} yet; give it a rule of its own`,
      ),
    )
  }

  #id(id: string, path: PolicyPath): void {
    const first = this.#ids.get(id)
    if (first === undefined) this.#ids.set(id, path)
    else
      this.problems.push(
        invalid(
          [...path, 'id'],
          `the id ${quoted(id)} is taken by ${writePath(first)}; ids are unique in the whole file`,
        ),
      )
  }

  #selector(selector: TargetSelector | undefined, path: PolicyPath): void {
    if (selector === undefined) return
    if (typeof selector !== 'string' && !Array.isArray(selector)) {
      if (Object.keys(selector).length === 0)
        this.problems.push(invalid(path, 'an empty selector says nothing; name a target or a label'))
      return
    }
    for (const name of typeof selector === 'string' ? [selector] : (selector as readonly string[])) {
      if (this.#parts.targets.has(name)) continue
      const known = this.#parts.targets
      this.problems.push(
        invalid(
          path,
          () => `unknown target ${quoted(name)}${suggestion(name, [...known.keys()]) || '; declare it under targets'}`,
        ),
      )
    }
  }

  #role(role: string, path: PolicyPath): void {
    if (this.#parts.roles.has(role)) return
    const known = this.#parts.roles
    this.problems.push(
      invalid(
        path,
        () => `unknown role ${quoted(role)}${suggestion(role, [...known.keys()]) || '; declare it under roles'}`,
      ),
    )
  }
}
