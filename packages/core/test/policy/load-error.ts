import { BothKeysError } from '../../src/errors.js'
import { loadPolicy } from '../../src/policy/load.js'
import type { PolicyDocument } from '../../src/policy/source.js'

/** The error that a policy is refused with. Throws when it loads. */
export function loadError(content: PolicyDocument['content'], name = 'bothkeys.yaml'): BothKeysError {
  try {
    loadPolicy({ name, content })
  } catch (error) {
    if (error instanceof BothKeysError) return error
    throw error
  }
  throw new Error('the policy loads, but should not')
}

/** A policy with nothing wrong in it. Line numbers matter to the tests: version is line 1. */
export const soundPolicy = `version: 1
targets:
  orders: { kind: postgres, labels: { env: prod } }
  archive: { kind: postgres, labels: { env: test } }
roles:
  agent:
    - { target: orders, duty: [read, write, delete], resource: 'table:public.*' }
    - { target: archive, duty: read }
  dba:
    - { target: { kind: postgres }, duty: approve }
deny:
  - { id: no-drop, target: { kind: postgres }, duty: define, reason: use a migration }
  - { id: no-unbounded, duty: delete, when: { unbounded: true } }
hold:
  - id: prod-writes
    target: { env: prod }
    duty: [write, delete]
    require:
      - { stage: peer, count: 1, role: dba }
    ttl: 15m
record:
  - { id: synced-reads, target: orders, duty: read, durability: synced }
`

/** The sound policy with one part replaced by another. */
export function soundPolicyWith(part: string, replacement: string): string {
  if (!soundPolicy.includes(part)) throw new Error(`the sound policy has no ${part}`)
  return soundPolicy.replace(part, () => replacement)
}
