import type { CanonicalInput } from '../model/canonical-json.js'
import { canonicalJson } from '../model/canonical-json.js'
import type { Digest } from '../model/digest.js'
import { sha256 } from '../model/digest.js'
import type { PolicyTarget } from './compiled.js'
import { defaultVoteAgeMs } from './duration.js'
import type {
  AllowRule,
  BreakGlassRule,
  DenyRule,
  HoldRule,
  LimitRule,
  MitigationRule,
  PolicyRules,
  RecordRule,
  Restriction,
  RoleSeparationRule,
  Scope,
  SelectedMask,
  SeparationRule,
  HistoryRule,
  WallRule,
} from './rules.js'

/**
 * The digest of a policy: SHA-256 over a version prefix and the canonical JSON of everything that its rules mean.
 * Comments, formatting, the order of keys and a default that is written out change nothing; anything else does.
 */
export function policyDigest(rules: PolicyRules): Digest {
  const outline: CanonicalInput = {
    targets: members(rules.targets, targetOutline),
    roles: members(rules.roles, (list) => list.map(allowOutline)),
    deny: rules.deny.map(denyOutline),
    hold: rules.hold.map(holdOutline),
    record: rules.record.map(recordOutline),
    // Left out when there is none, so that a policy without keeps its digest.
    separatedDuties: some(rules.separatedDuties.map(separationOutline)),
    chains: some(rules.chains.map(historyOutline)),
    separatedRoles: some(rules.separatedRoles.map(roleSeparationOutline)),
    walls: some(rules.walls.map(wallOutline)),
    limits: some(rules.limits.map(limitOutline)),
    breakGlass: some(rules.breakGlass.map(glassOutline)),
    masks: some(rules.masks.map(maskOutline)),
    mitigations: some(rules.mitigations.map(mitigationOutline)),
  }
  return sha256('bothkeys.policy.v1\0', canonicalJson(outline))
}

export function targetOutline({ name, kind, labels, backstops }: PolicyTarget): CanonicalInput {
  return { name, kind, labels, backstops }
}

export function allowOutline(rule: AllowRule): CanonicalInput {
  return {
    ...scopeOutline(rule),
    role: rule.role,
    operations: rule.operations && [...rule.operations].sort(),
    maxAffected: rule.maxAffected,
    level: rule.level,
  }
}

export function denyOutline(rule: DenyRule): CanonicalInput {
  return { ...restrictionOutline(rule), reason: rule.reason }
}

export function holdOutline(rule: HoldRule): CanonicalInput {
  const { approverMustHold, from, level, ownerMayApprove, stages, ttlMs, voteMaxAgeMs } = rule.requirement
  return {
    ...restrictionOutline(rule),
    stages: stages.map(({ stage, count, role, independent }) => ({ stage, count, role, independent })),
    from,
    level,
    ttlMs,
    // Only what is not the default, so that policies of before these keys have the digests of then.
    voteMaxAgeMs: voteMaxAgeMs === defaultVoteAgeMs ? undefined : voteMaxAgeMs,
    approverMustHold: approverMustHold || undefined,
    ownerMayApprove: ownerMayApprove || undefined,
    holdInTransaction: rule.holdInTransaction,
    maxAffected: rule.maxAffected,
    grant: rule.grant && { ...rule.grant },
  }
}

export function recordOutline(rule: RecordRule): CanonicalInput {
  return { ...scopeOutline(rule), durability: rule.durability }
}

export function separationOutline(rule: SeparationRule): CanonicalInput {
  const { id, max, per, selection, windowMs } = rule
  return {
    id,
    max,
    per,
    windowMs,
    selection: selection && { ...selection },
    duties: [...rule.duties].sort(),
    over: [...rule.over].sort(),
  }
}

export function historyOutline(rule: HistoryRule): CanonicalInput {
  const { duties, id, over, per, review, selection, steps, windowMs } = rule
  return {
    id,
    per,
    windowMs,
    selection: selection && { ...selection },
    steps: [...steps].sort(),
    review: review && { role: review.role, level: review.level, withinMs: review.withinMs },
    duties: [...duties].sort(),
    over: [...over].sort(),
  }
}

export function roleSeparationOutline({ id, max, over, roles, windowMs }: RoleSeparationRule): CanonicalInput {
  return { id, max, windowMs, roles: [...roles].sort(), over: [...over].sort() }
}

export function wallOutline({ datasets, id, over, windowMs }: WallRule): CanonicalInput {
  return {
    id,
    // Undefined: for ever.
    windowMs: Number.isFinite(windowMs) ? windowMs : undefined,
    over: [...over].sort(),
    datasets: members(new Map(datasets.map((dataset) => [dataset.name, dataset])), ({ resources, selection }) => ({
      selection: selection && { ...selection },
      resources: resources?.map((pattern) => pattern.text).sort(),
    })),
  }
}

export function limitOutline({
  duties,
  id,
  measure,
  most,
  over,
  role,
  selection,
  windowMs,
}: LimitRule): CanonicalInput {
  return {
    id,
    role,
    [measure]: most,
    windowMs,
    selection: selection && { ...selection },
    duties: duties && [...duties].sort(),
    over: [...over].sort(),
  }
}

export function glassOutline({ duties, forMs, from, id, review, role, selection }: BreakGlassRule): CanonicalInput {
  const { independent, level, withinMs } = review
  return {
    id,
    role,
    from,
    forMs,
    selection: selection && { ...selection },
    duties: [...duties].sort(),
    review: { role: review.role, level, withinMs, independent },
  }
}

export function maskOutline({
  columns,
  detect,
  except,
  id,
  lookup,
  operator,
  selection,
}: SelectedMask): CanonicalInput {
  return {
    id,
    selection: selection && { ...selection },
    columns: columns.map(({ text }) => text).sort(),
    detect,
    operator: { ...operator },
    lookup: lookup && { most: lookup.most, windowMs: lookup.windowMs, over: [...lookup.over].sort() },
    except: [...except].sort(),
  }
}

export function mitigationOutline({ control, id, owner, rule, subject, untilMs }: MitigationRule): CanonicalInput {
  return { id, rule, subject: { issuer: subject.issuer, id: subject.id }, control, owner, untilMs }
}

function some(list: readonly CanonicalInput[]): CanonicalInput | undefined {
  return list.length === 0 ? undefined : list
}

type Outline = { readonly [key: string]: CanonicalInput | undefined }

function restrictionOutline(rule: Restriction): Outline {
  return {
    ...scopeOutline(rule),
    aboutEffects: rule.aboutEffects,
    roles: rule.roles && [...rule.roles].sort(),
    text: rule.text?.map((pattern) => pattern.source).sort(),
    argv: rule.argv?.map((pattern) => pattern.source).sort(),
  }
}

function scopeOutline(scope: Scope): Outline {
  return {
    id: scope.id,
    selection: scope.selection && { ...scope.selection },
    duties: [...scope.duties].sort(),
    resources: scope.resources?.map((pattern) => pattern.text).sort(),
    when: members(new Map(scope.when.map((condition) => [condition.attribute, condition.values])), (values) =>
      [...values].map((value) => canonicalJson(value)).sort(),
    ),
  }
}

/** A group of keys without a prototype: canonical JSON sorts them. */
function members<Value>(map: ReadonlyMap<string, Value>, outline: (value: Value) => CanonicalInput): CanonicalInput {
  const group = Object.create(null) as Record<string, CanonicalInput>
  for (const [key, value] of map) group[key] = outline(value)
  return group
}
