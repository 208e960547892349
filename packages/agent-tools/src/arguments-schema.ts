import { z } from 'zod'
import type { AgentTool } from './agent-tool.js'

/** A JSON Schema of an object. */
export interface ArgumentsSchema {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, object>>
  readonly required: readonly string[]
  readonly additionalProperties: boolean
  readonly [keyword: string]: unknown
}

/** What a tool takes, as a JSON Schema: frameworks bring versions of zod of their own. */
export function argumentsSchema({ schema }: AgentTool): ArgumentsSchema {
  const { $schema: _version, ...written } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' })
  return { required: [], properties: {}, additionalProperties: false, ...written, type: 'object' } as ArgumentsSchema
}
