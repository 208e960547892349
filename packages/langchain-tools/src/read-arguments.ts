import { BothKeysError } from '@bothkeys/core'
import type { StructuredToolInterface } from '@langchain/core/tools'
import { readBySchema } from './read-by-schema.js'

/**
 * The arguments as the tool will read them when it is invoked with these: what is said of a call is said of what runs, also where reading
 * changes them, or they come from a person who edited them. Rejects with ERR_SNAPSHOT_INVALID for what is none of the tool, and repeats
 * none of it, and with ERR_DEADLINE when that takes too long.
 */
export async function readArguments(
  { name, schema }: StructuredToolInterface,
  given: unknown,
  describeMs: number,
): Promise<unknown> {
  // A tool of a single text takes it as it is, too.
  for (const way of typeof given === 'string' ? [given, { input: given }] : [given]) {
    // oxlint-disable-next-line no-await-in-loop -- The second one alone where the first is none.
    const read = await readBySchema({ name, schema, describeMs }, way)
    if (read.isRead) return read.args
  }
  throw new BothKeysError('ERR_SNAPSHOT_INVALID', `the arguments are none of ${name}`, {
    hint: 'call it as its schema says',
  })
}
