import { assertKnownOptions, wrongOption } from '../known-options.js'
import type { DirectoryEntry } from '../identity/directory.js'
import type { Finding } from '../lint/finding.js'
import { lint } from '../lint/lint.js'
import type { Subject } from '../model/principal.js'
import { viewsOf } from '../policy/compile.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import type { MitigationRule } from '../policy/rules.js'
import type { Control, ControlId } from './control.js'
import { controls } from './control.js'
import type { EvidenceQuery } from './evidence-query.js'
import type { FeatureKind, PolicyFeature } from './policy-feature.js'
import { compare, featuresOf } from './policy-feature.js'

/** How far a policy implements a control, together with what bothkeys does anyway. */
export type ControlStatus = 'implemented' | 'partly' | 'not-implemented'

/** A rule that implements a control or helps to. */
export interface MappedRule {
  /** Its id in the policy, or its path where it has none. */
  readonly id: string
  /** What kind of rule it is, in the words of the policy file. */
  readonly rule: PolicyFeature['rule']
  /** What it does for this control. */
  readonly kinds: readonly FeatureKind[]
  /** Where it stands: `hold[0]`. */
  readonly path: string
  /** In words for an auditor. */
  readonly does: string
}

/** What a rule keeps apart. */
export interface MappedConflict {
  /** The rule's id. */
  readonly rule: string
  /** Duties, steps, roles or data sets that do not come together. */
  readonly between: readonly string[]
}

/** Somebody who is excused from a rule, with what makes up for it and who answers for it. */
export interface MappedException {
  /** The id of the mitigation. */
  readonly id: string
  /** The rule that it excuses from. */
  readonly rule: string
  /** Who is excused. */
  readonly subject: Subject
  /** What makes up for it. */
  readonly mitigatedBy: string
  /** Who answers for it. */
  readonly owner: string
  /** ISO 8601. */
  readonly until: string
  /** Whether `until` is still ahead of the mapping's time. */
  readonly inForce: boolean
}

/** One control of the mapping. */
export interface MappedControl {
  /** `NIST AC-3(2)`. */
  readonly control: ControlId
  /** The document that the control is of, with its version. */
  readonly framework: string
  /** Its title there. */
  readonly title: string
  /** What it asks for, in our words. */
  readonly asks: string
  /** How far the policy implements it. */
  readonly status: ControlStatus
  /** Why it is that, and what is missing. */
  readonly reason: string
  /** The rules that are about it. */
  readonly rules: readonly MappedRule[]
  /** What these rules keep apart. */
  readonly conflicts: readonly MappedConflict[]
  /** Who is excused from these rules. */
  readonly exceptions: readonly MappedException[]
  /** What `lint` finds wrong with the rules, errors and warnings; empty where it was given no people. */
  readonly findings: readonly Pick<Finding, 'code' | 'severity' | 'path' | 'message'>[]
  /** Which recorded events are about it. */
  readonly evidence: EvidenceQuery
}

/** What of a policy is about which control. Plain JSON, deeply frozen. */
export interface ControlMapping {
  /** The version of this format. */
  readonly version: 1
  /** The digest of the policy, as it stands in the record. */
  readonly policy: string
  /** The time at which exceptions were looked at, ISO 8601. */
  readonly at: string
  /** Whether the people of a directory were looked at with the policy. */
  readonly people: 'looked-at' | 'not-given'
  /** In the order of their frameworks. */
  readonly controls: readonly MappedControl[]
}

/** Options of `controlMapping`. */
export interface ControlMappingOptions {
  /** When exceptions are looked at: nothing here has a clock. */
  readonly at: Date
  /** What a directory lists, for `lint`. Without it nobody looks at who holds which role. */
  readonly people?: readonly DirectoryEntry[]
  /** The names of targets that hold audit data, such as a copy of the record. Default: none is known to. */
  readonly auditTargets?: readonly string[]
}

const optionNames: ReadonlySet<string> = new Set<keyof ControlMappingOptions>(['at', 'auditTargets', 'people'])

/**
 * Answers what of a policy is about which control, how far it implements it, what it keeps apart, who is excused and which
 * recorded events are evidence. It claims nothing that no rule does; it is a mapping and no certification.
 * Pure: the same policy, people and time give the same answer. Rejects with ERR_CONFIG_INVALID when an option is wrong, and as
 * `lint` does.
 *
 * @example
 * const policy = loadPolicy({ name: 'bothkeys.yaml', content: await readFile('bothkeys.yaml', 'utf8') })
 * const mapping = await controlMapping(policy, { at: new Date() })
 * await writeFile('controls.csv', controlMappingCsv(mapping))
 */
export async function controlMapping(policy: CompiledPolicy, options: ControlMappingOptions): Promise<ControlMapping> {
  assertKnownOptions('controlMapping', options, optionNames)
  const { at, auditTargets = [], people } = options
  if (!(at instanceof Date) || Number.isNaN(at.getTime())) throw wrongOption('controlMapping', 'at must be a time')
  const { rules } = viewsOf(policy)
  for (const target of auditTargets)
    if (!rules.targets.has(target))
      throw wrongOption('controlMapping', 'auditTargets names a target that the policy does not have')
  const found = people === undefined ? [] : await lint(policy, people, { at })
  const facts: MappingFacts = {
    features: featuresOf(rules, new Set(auditTargets)),
    exceptions: rules.mitigations
      .map((rule) => exceptionOf(rule, at))
      .toSorted((one, other) => compare(one.id, other.id)),
    findings: found.filter(({ severity }) => severity !== 'notice'),
  }
  return frozen({
    version: 1,
    policy: policy.digest,
    at: at.toISOString(),
    people: people === undefined ? 'not-given' : 'looked-at',
    controls: controls.map((control) => mapped(control, facts)),
  })
}

interface MappingFacts {
  readonly features: readonly PolicyFeature[]
  readonly exceptions: readonly MappedException[]
  readonly findings: readonly Finding[]
}

function mapped(control: Control, { exceptions, features, findings }: MappingFacts): MappedControl {
  const kinds = [...control.needs.flatMap(({ anyOf }) => anyOf), ...control.helps]
  const rules = features.filter((feature) => kinds.some((kind) => feature.kinds.has(kind)))
  const apart = new Set(rules.filter(({ rule }) => rule === 'separate').map(({ id }) => id))
  const about = findings.filter((finding) => isAbout(finding, control, rules))
  return {
    control: control.id,
    framework: control.framework,
    title: control.title,
    asks: control.asks,
    ...statusOf(control, rules, about),
    rules: rules.map(({ does, id, kinds: all, path, rule }) => ({
      id,
      rule,
      kinds: kinds.filter((kind, index) => all.has(kind) && kinds.indexOf(kind) === index),
      path,
      does,
    })),
    conflicts: rules.filter(({ apart }) => apart.length > 0).map(({ apart, id }) => ({ rule: id, between: apart })),
    exceptions: exceptions.filter(({ rule }) => apart.has(rule)),
    findings: about.map(({ code, message, path, severity }) => ({ code, severity, path, message })),
    evidence: control.evidence,
  }
}

/** Whoever may change the policy can undo whatever it keeps apart. */
function isAbout({ code, path }: Finding, { needs }: Control, rules: readonly PolicyFeature[]): boolean {
  if (code === 'policy-admin-approves') return needs.length > 0
  return rules.some(
    (rule) => path === rule.path || path.startsWith(`${rule.path}.`) || path.startsWith(`${rule.path}[`),
  )
}

function statusOf(
  { always, beyond, needs }: Control,
  rules: readonly PolicyFeature[],
  findings: readonly Finding[],
): Pick<MappedControl, 'status' | 'reason'> {
  const isMet = ({ anyOf }: Control['needs'][number]) =>
    rules.some((rule) => anyOf.some((kind) => rule.kinds.has(kind)))
  const missing = needs.filter((need) => !isMet(need))
  const errors = findings.filter(({ severity }) => severity === 'error')
  // Whoever may break a glass needs nobody's approval meanwhile.
  const ways = needs.length === 0 ? [] : rules.filter(({ kinds }) => kinds.has('break-glass'))
  const reasons = [
    ...needs.filter(isMet).map(({ what }) => `a rule ${what}`),
    ...missing.map(({ what }) => `no rule ${what}`),
    ...(always === undefined ? [] : [always]),
    ...(beyond === undefined ? [] : [beyond]),
    ...ways.map(({ path }) => `${path} lets people act without an approval for a while`),
    ...errors.map(({ code, path }) => `lint finds ${code} at ${path}`),
  ]
  return { status: howFar(), reason: reasons.join('; ') }

  function howFar(): ControlStatus {
    if (needs.length > 0 && missing.length === needs.length) return 'not-implemented'
    const isWhole = missing.length === 0 && beyond === undefined && ways.length === 0 && errors.length === 0
    return isWhole ? 'implemented' : 'partly'
  }
}

function exceptionOf({ control, id, owner, rule, subject, untilMs }: MitigationRule, at: Date): MappedException {
  const { id: account, issuer } = subject
  return {
    id,
    rule,
    subject: { issuer, id: account },
    mitigatedBy: control,
    owner,
    until: new Date(untilMs).toISOString(),
    inForce: at.getTime() <= untilMs,
  }
}

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const member of Object.values(value)) frozen(member)
    Object.freeze(value)
  }
  return value
}
