import { BothKeysError } from '@bothkeys/core'
import { interopSafeParseAsync, isInteropZodError, isInteropZodSchema } from '@langchain/core/utils/types'

/** The longest text of what is wrong with arguments that a model is told, in characters. */
const longest = 1_000

/** Why a tool does not read the arguments of a call. Undefined: it does, or has no schema of zod by which anybody could tell. */
export async function whyMisread(tool: unknown, args: unknown): Promise<BothKeysError | undefined> {
  const schema: unknown = typeof tool === 'object' && tool !== null && 'schema' in tool ? tool.schema : undefined
  if (!isInteropZodSchema(schema)) return undefined
  const read = await interopSafeParseAsync(schema, args)
  if (read.success) return undefined
  // Of what a schema throws itself nobody knows what it holds.
  const issues = isInteropZodError(read.error) ? read.error.issues : []
  const wrong = issues.map(({ message, path }) => [...path, message].map(String).join(': ')).join('; ')
  return new BothKeysError('ERR_STATEMENT_INVALID', 'refused: the tool does not take these arguments', {
    hint: wrong === '' ? 'call it as its schema says' : `correct them: ${wrong.slice(0, longest)}`,
  })
}
