import type { CompiledPolicy } from '../../src/policy/compiled.js'
import { loadPolicy } from '../../src/policy/load.js'

/** Loads a policy of one target, `db`, whose further sections are given as YAML. */
export function policyOf(sections: string): CompiledPolicy {
  return loadPolicy({ name: 'test', content: `version: 1\ntargets: { db: { kind: fake } }\n${sections}` })
}
