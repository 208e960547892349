import { reading } from './before-it-runs.js'
import { interopSafeParseAsync, isInteropZodError, isInteropZodSchema } from '@langchain/core/utils/types'
import { BothKeysError } from '@bothkeys/core'
import { within } from '@bothkeys/core/adapter'
import { Validator } from '@langchain/core/utils/json_schema'

/** What a schema makes of arguments, or what is wrong with them. */
export type ReadArguments =
  | { readonly isRead: true; readonly args: unknown }
  /** In words for whoever wrote them; empty: nobody knows. */
  | { readonly isRead: false; readonly wrong: string }

/** A schema of a tool, and how long it may take to read arguments, in milliseconds. */
export interface Reader {
  readonly name: string
  readonly schema: unknown
  readonly describeMs: number
}

/**
 * Reads arguments as LangChain does before it calls a tool with this schema, of zod or JSON. Rejects with ERR_DEADLINE alone, where that
 * takes too long.
 */
export async function readBySchema({ describeMs, name, schema }: Reader, given: unknown): Promise<ReadArguments> {
  try {
    if (isInteropZodSchema(schema))
      return await within(describeMs, reading(name), 'ERR_INTERNAL', () => byZod(schema, given))
    return typeof schema === 'object' && schema !== null ? byJsonSchema(schema, given) : { isRead: true, args: given }
  } catch (error) {
    if (error instanceof BothKeysError && error.code === 'ERR_DEADLINE') throw error
    // Of what a schema throws itself nobody knows what it holds.
    return { isRead: false, wrong: '' }
  }
}

async function byZod(schema: Parameters<typeof interopSafeParseAsync>[0], given: unknown): Promise<ReadArguments> {
  const read = await interopSafeParseAsync(schema, given)
  if (read.success) return { isRead: true, args: read.data }
  const issues = isInteropZodError(read.error) ? read.error.issues : []
  return {
    isRead: false,
    wrong: issues.map(({ message, path }) => [...path, message].map(String).join(': ')).join('; '),
  }
}

/** Whoever reads by a JSON Schema changes nothing. */
function byJsonSchema(schema: object, given: unknown): ReadArguments {
  // The draft that LangChain reads by.
  const { errors, valid } = new Validator(schema, '2019-09').validate(given)
  if (valid) return { isRead: true, args: given }
  return {
    isRead: false,
    wrong: errors.map(({ error, instanceLocation }) => `${instanceLocation}: ${error}`).join('; '),
  }
}
