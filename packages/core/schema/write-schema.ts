import { writeFileSync } from 'node:fs'
import { policyJsonSchema } from '../src/policy/json-schema.js'

/** Writes the published JSON Schema of the policy file: `npx tsx packages/core/schema/write-schema.ts`. */
writeFileSync(
  new URL('bothkeys-policy.schema.json', import.meta.url),
  `${JSON.stringify(policyJsonSchema(), null, 2)}\n`,
)
