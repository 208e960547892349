import * as z from 'zod'
import { policySchema } from './schema.js'

/** The JSON Schema of the policy file, for editors. What loads is decided by `loadPolicy` alone, which checks more. */
export function policyJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(policySchema, { target: 'draft-07', io: 'input' })
  return { $schema, title: 'bothkeys policy', ...schema }
}
