import { BothKeysError } from '@bothkeys/core'
import { readBySchema } from './read-by-schema.js'

/** The longest text of what is wrong with arguments that a model is told, in characters. */
const longest = 1_000

/**
 * Why a tool does not read the arguments of a call, within so many milliseconds. Undefined: it does, or has no schema by which anybody
 * could tell.
 */
export async function whyMisread(tool: unknown, args: unknown, describeMs: number): Promise<BothKeysError | undefined> {
  const { name = '', schema } = (tool ?? {}) as { readonly name?: string; readonly schema?: unknown }
  try {
    const read = await readBySchema({ name, schema, describeMs }, args)
    return read.isRead ? undefined : misread(read.wrong)
  } catch (error) {
    if (error instanceof BothKeysError) return error
    throw error
  }
}

/** That a tool does not take arguments, with what is wrong with them: empty where nobody knows. */
export function misread(wrong = ''): BothKeysError {
  return new BothKeysError('ERR_STATEMENT_INVALID', 'refused: the tool does not take these arguments', {
    hint: wrong === '' ? 'call it as its schema says' : `correct them: ${wrong.slice(0, longest)}`,
  })
}
