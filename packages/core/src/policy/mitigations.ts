import { suggestion } from './nearest.js'
import type { MitigationInput } from './separation-input.js'
import type { PolicyPath, Problem } from './problem.js'
import { invalid, quoted } from './problem.js'
import type { MitigationRule, PolicyRules } from './rules.js'

const dayMs = 86_400_000

/**
 * Reads until when an exception holds, as Unix time in milliseconds: the end of a day in UTC, `2027-03-31`, or a moment,
 * `2027-03-31T18:00:00Z` (RFC 3339, section 5.6, in UTC). Answers in a few words what is wrong with anything else.
 */
export function parseUntil(text: string): number | string {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2}Z)?$/.exec(text) ?? []
  if (day === undefined) return 'write the last day, like 2027-03-31, or a moment, like 2027-03-31T18:00:00Z'
  const ms = Date.parse(text)
  // What rolls over, like the 30th of February, is another day.
  if (!Number.isFinite(ms) || !new Date(ms).toISOString().startsWith(day)) return 'there is no such day or time'
  return time === undefined ? ms + dayMs - 1 : ms
}

/** An exception, with its end as a time. */
export function mitigationRule(rule: MitigationInput, path: PolicyPath): MitigationRule {
  const until = parseUntil(rule.until)
  return Object.freeze({
    id: rule.id,
    path,
    rule: rule.rule,
    subject: Object.freeze({ issuer: rule.subject.issuer, id: rule.subject.id }),
    control: rule.control,
    owner: rule.owner,
    // The schema accepts nothing that does not parse; 0 was over before anything began.
    untilMs: typeof until === 'number' ? until : 0,
  } satisfies MitigationRule)
}

/** Exceptions from what is no rule that keeps anything apart. */
export function mitigationProblems(rules: PolicyRules): readonly Problem[] {
  const { chains, mitigations, separatedDuties, separatedRoles, walls } = rules
  const known = [...separatedDuties, ...chains, ...separatedRoles, ...walls].map(({ id }) => id)
  return mitigations
    .filter(({ rule }) => !known.includes(rule))
    .map(({ path, rule }) =>
      invalid(
        [...path, 'rule'],
        () =>
          `no rule of separate is called ${quoted(rule)}${suggestion(rule, known) || '; an exception is from one of them'}`,
      ),
    )
}
