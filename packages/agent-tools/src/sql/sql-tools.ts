import type { Session } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core/adapter'
import { z } from 'zod'
import type { AgentTool } from '../agent-tool.js'
import type { SqlCaps, StatementResult } from './run-statement.js'
import { Statements } from './run-statement.js'
import type { SqlTarget } from './sql-target.js'

/** Options of `sqlTools`. */
export interface SqlToolsOptions {
  /** Rows that a model is shown of one result. Default: 50. */
  readonly rows?: number
  /** Characters of JSON that a model is shown of one result. Default: 16,000. */
  readonly characters?: number
  /** How long the server works on one statement, in milliseconds. Waiting for people does not count. Default: 30,000. */
  readonly timeoutMs?: number
  /** Stands before the names of the tools, for agents with several databases: `orders` makes `orders_query`. */
  readonly prefix?: string
}

/**
 * Tools for one database in one session: `query`, `describe_schema` and `explain`. Each statement is decided by itself, may wait for
 * people, and comes back masked and no larger than the options say. Throws ERR_CONFIG_INVALID on a wrong option, and as
 * `target.pool` does.
 *
 * @example
 * const [query, describeSchema, explain] = sqlTools(session, orders)
 */
export function sqlTools(session: Session, target: SqlTarget, options: SqlToolsOptions = {}): readonly AgentTool[] {
  const caps = capsOf(options)
  const statements = new Statements(target, session, { caps, timeoutMs: count('timeoutMs', options.timeoutMs, 30_000) })
  const name = nameIn(options.prefix)
  return Object.freeze([
    queryTool(name('query'), { session, statements, target, caps }),
    schemaTool(name('describe_schema'), { session, statements, target, caps }),
    explainTool(name('explain'), { session, statements, target, caps }),
  ])
}

interface On {
  readonly session: Session
  readonly statements: Statements
  readonly target: SqlTarget
  readonly caps: SqlCaps
}

const sql = z.string().min(1).max(100_000)
const parameters = z
  .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
  .max(1_000)
  .optional()
  .describe('values for $1, $2, … in this order')

const querySchema = z.strictObject({
  sql: sql.describe('one PostgreSQL statement, without BEGIN or COMMIT'),
  parameters,
})

function queryTool(name: string, { caps, session, statements, target }: On): AgentTool<z.infer<typeof querySchema>> {
  return {
    name,
    session,
    target,
    schema: querySchema,
    description: [
      `Runs one SQL statement on the PostgreSQL database "${target.name}" and answers its rows as JSON.`,
      'Each statement is checked by a policy. Some wait for people, which may take minutes; some are refused, and the answer says why.',
      'Values that you may not see are masked; do not try to work around that.',
      `At most ${String(caps.rows)} rows or ${String(caps.characters)} characters are shown: choose columns, filter, and use LIMIT.`,
    ].join(' '),
    run: async ({ parameters: values = [], sql: text }, context) =>
      written(await statements.run(text, values, context), caps),
  }
}

const explainSchema = z.strictObject({ sql: sql.describe('the statement to explain; it is not run'), parameters })

function explainTool(
  name: string,
  { caps, session, statements, target }: On,
): AgentTool<z.infer<typeof explainSchema>> {
  return {
    name,
    session,
    target,
    schema: explainSchema,
    description: `Answers how PostgreSQL would run a statement on "${target.name}" (EXPLAIN), with its estimates, without running it.`,
    run: async ({ parameters: values = [], sql: text }, context) =>
      written(await statements.run(`EXPLAIN (ANALYZE false) ${text}`, values, context), caps),
  }
}

const schemaSchema = z.strictObject({
  schema: z.string().min(1).max(63).optional().describe('the schema to look at; default: public'),
  table: z.string().min(1).max(63).optional().describe('one table of it; default: all'),
})

/** The names alone, of what the door's own role may see. */
const columnsQuery = `SELECT table_name, column_name, data_type, is_nullable
FROM information_schema.columns
WHERE table_schema = $1 AND ($2::text IS NULL OR table_name = $2)
ORDER BY table_name, ordinal_position`

function schemaTool(name: string, { caps, session, statements, target }: On): AgentTool<z.infer<typeof schemaSchema>> {
  return {
    name,
    session,
    target,
    schema: schemaSchema,
    description: `Answers the tables of the PostgreSQL database "${target.name}" with their columns and types. Ask for one table when there are many.`,
    run: async ({ schema = 'public', table = null }, context) =>
      written(await statements.run(columnsQuery, [schema, table], context), caps),
  }
}

/** A text of one line for each row, and what is not there. */
function written({ command, count: rows, cut, rows: shown }: StatementResult, caps: SqlCaps): string {
  const lines = shown.length === 0 ? [] : [`[${shown.join(',\n')}]`]
  if (cut === undefined) return [...lines, `${command ?? 'done'}: ${String(rows)} rows`].join('\n')
  const why = cut === 'rows' ? `more than ${String(caps.rows)} rows` : `more than ${String(caps.characters)} characters`
  const next = 'What follows is not shown: filter, choose fewer columns, or use LIMIT and OFFSET.'
  return [...lines, `TRUNCATED: the result has ${why}. ${next}`].join('\n')
}

function nameIn(prefix: string | undefined): (name: string) => string {
  if (prefix === undefined) return (name) => name
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(prefix))
    throw wrong('prefix must be a letter followed by at most 39 letters, digits, - or _')
  return (name) => `${prefix}_${name}`
}

function capsOf({ characters, rows }: SqlToolsOptions): SqlCaps {
  return Object.freeze({ rows: count('rows', rows, 50), characters: count('characters', characters, 16_000) })
}

function count(name: string, given: number | undefined, usual: number): number {
  const value = given ?? usual
  if (Number.isSafeInteger(value) && value > 0 && value <= 10_000_000) return value
  throw wrong(`${name} must be a whole number from 1 to 10,000,000`)
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', what, { hint: 'see the options of sqlTools' })
}
