import { viewsOf } from '../policy/compile.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import { quoted } from '../policy/problem.js'
import type { Finding } from './finding.js'
import { findingAt, named } from './finding.js'

/** The exceptions of a policy, those that are over apart from the others. */
export function mitigationFindings(policy: CompiledPolicy, nowMs: number): readonly Finding[] {
  return viewsOf(policy).rules.mitigations.map(({ control, id, owner, path, rule, subject, untilMs }) => {
    const who = [subject]
    const until = new Date(untilMs).toISOString()
    return untilMs < nowMs
      ? findingAt(policy, 'mitigation-over', path, `the exception ${quoted(id)} was over on ${until}: take it out`, who)
      : findingAt(
          policy,
          'mitigated',
          path,
          `${named(who)} is excused from the rule ${quoted(rule)} until ${until}: ${control} makes up for it, and ${owner} answers for it`,
          who,
        )
  })
}
