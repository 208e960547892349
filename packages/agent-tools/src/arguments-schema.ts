import { z } from 'zod'
import type { AgentTool } from './agent-tool.js'

/** A JSON Schema of an object. */
export interface ArgumentsSchema {
  /** Arguments are named. */
  readonly type: 'object'
  /** What each of them has to be. */
  readonly properties: Readonly<Record<string, object>>
  /** Those that may not be left out. */
  readonly required: readonly string[]
  /** Whether others are let in. */
  readonly additionalProperties: boolean
  readonly [keyword: string]: unknown
}

/** What a tool takes, as a JSON Schema: frameworks bring versions of zod of their own. */
export function argumentsSchema({ schema }: AgentTool): ArgumentsSchema {
  const { $schema: _version, ...written } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' })
  return { required: [], properties: {}, additionalProperties: false, ...written, type: 'object' } as ArgumentsSchema
}
