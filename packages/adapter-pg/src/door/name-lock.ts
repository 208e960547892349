import type { MaybePromise } from '@bothkeys/core/adapter'
import type { Analysis } from '../analyzer/analysis.js'
import { reservedPrefix } from './internal-statement.js'
import { closeStatement, parse } from './messages.js'
import type { DoorRefusal } from './refusal-response.js'
import type { PreparedStatement } from './registry.js'
import type { ServerState } from './server-state.js'
import { seesOneSnapshot } from './server-state.js'
import type { Slot } from './slots.js'

/**
 * Settles what the names of a statement mean before the last look (RULES 23): the server parses the text in the
 * transaction that the statement will run in, so that it waits for whoever changes the tables at that moment and locks
 * them itself. What the look finds behind that holds until the statement has run.
 */
export interface NameLock {
  /** Has the texts parsed: what will be sent, and what it runs by name. Resolves when the server answered. */
  take(sent: string, runs: readonly PreparedStatement[]): Promise<void>
  /** Gives the locks back where that undoes nothing else, before the statement is decided anew. */
  release(): MaybePromise<void>
}

const name = `${reservedPrefix}lock`

/** Parses the text of a statement that the server knows already, under a name that is free then: the locks stay. */
export function lockNames(
  { text, parameterTypes }: PreparedStatement,
  send: (bytes: Buffer, slot: Slot) => void,
): void {
  // A function may have taken the name.
  send(closeStatement(name), { kind: 'close', own: true })
  send(parse(name, Buffer.from(text, 'utf8'), parameterTypes), { kind: 'parse', own: true })
  send(closeStatement(name), { kind: 'close', own: true })
}

/** Commands whose tables are locked when they are parsed (PostgreSQL, parse analysis). Others lock when they run. */
const lockedByParse: ReadonlySet<string> = new Set([
  'create table as',
  'declare cursor',
  'delete',
  'execute',
  'explain',
  'insert',
  'merge',
  'select',
  'update',
])

/**
 * Whether parsing settles the names. Under REPEATABLE READ and SERIALIZABLE the look would see the catalog as it was
 * before the wait.
 */
export function settlesNames(analysis: Analysis, state: ServerState): boolean {
  return isLockedByParse(analysis) && !seesOneSnapshot(state)
}

/** What runs functions of users when it is parsed is not parsed before its intent is on record. */
function isLockedByParse({ statementCount, description, runsInParse }: Analysis): boolean {
  return statementCount === 1 && lockedByParse.has(description.operation) && !runsInParse
}

/**
 * Why a statement cannot run with the names that it has, if so. A command that looks its names up only when it runs waits
 * for locks behind the last look, and looks them up again then.
 */
export function movableNames(analysis: Analysis): DoorRefusal | undefined {
  const { movable, description } = analysis
  const [first] = movable
  if (first === undefined || isLockedByParse(analysis)) return undefined
  if (description.effects.every(({ duty }) => duty === 'read' || duty === 'session')) return undefined
  return {
    code: 'ERR_TARGET_UNSAFE',
    message: `refused: ${JSON.stringify(first)} is looked up in several schemas when the command runs, and may mean another one by then`,
    rules: [],
    hint: 'write the schema before the name, or set search_path to one schema',
  }
}
