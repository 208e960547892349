import { compilePolicy } from './compile.js'
import type { Digest } from '../model/digest.js'
import type { CompiledPolicy } from './compiled.js'
import { parsePolicy } from './parse.js'
import type { PolicyDocument } from './source.js'

/**
 * Reads, checks and compiles a policy. Throws ERR_POLICY_INVALID or ERR_POLICY_UNSUPPORTED with every problem found,
 * each with file, line and key; a policy that loads is enforced in all its parts.
 *
 * ```ts
 * const policy = loadPolicy({ name: 'bothkeys.yaml', content: await readFile('bothkeys.yaml', 'utf8') })
 * policy.decide({ roles: ['reader'], target, operation: 'query', text, effects })
 * ```
 */
export function loadPolicy(document: PolicyDocument): CompiledPolicy {
  return compilePolicy(parsePolicy(document))
}

/** The digest of what a policy means, as it stands in records and signatures. Throws as `loadPolicy` does. */
export function policyDigest(document: PolicyDocument): Digest {
  return loadPolicy(document).digest
}
