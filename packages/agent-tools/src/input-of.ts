import { BothKeysError } from '@bothkeys/core/adapter'
import type { z } from 'zod'
import type { AgentTool } from './agent-tool.js'
import { refusedOnRecord } from './refused-on-record.js'

/** The longest text of what is wrong with arguments that a model is told, in characters. */
const longest = 1_000

/**
 * What a tool is to do, read from the arguments of one call by its schema. Throws ERR_SNAPSHOT_INVALID for what the tool does not take,
 * which says what is wrong with it: then the refusal is on record, or the error says why it could not be.
 */
export function inputOf<Input>(tool: AgentTool<Input>, args: unknown): Input {
  const { name, session, target } = tool
  const read = readBy(tool.schema, args)
  if (read.success) return read.data
  throw refusedOnRecord(session, target, name, misread(name, read.error?.issues ?? []))
}

type Read<Input> = z.ZodSafeParseResult<Input> | { readonly success: false; readonly error?: undefined }

function readBy<Input>(schema: z.ZodType<Input>, args: unknown): Read<Input> {
  try {
    return schema.safeParse(args)
  } catch {
    // Of what a schema throws itself nobody knows what it holds.
    return { success: false }
  }
}

function misread(name: string, issues: readonly z.core.$ZodIssue[]): BothKeysError {
  const wrong = issues.map(({ message, path }) => [...path, message].map(String).join(': ')).join('; ')
  return new BothKeysError('ERR_SNAPSHOT_INVALID', `refused: ${name} does not take these arguments`, {
    hint: wrong === '' ? 'call it as its schema says' : `correct them: ${wrong.slice(0, longest)}`,
  })
}
