import type { Turn } from '@bothkeys/scripted-model'
import type { ActorName } from './agents.js'
import type { Waiting } from './conversation.js'
import type { Hand, Reader } from './people.js'
import type { Stage } from './stage.js'

export type Turns = readonly Turn[] | Promise<readonly Turn[]>

/** One way round the doors, as data: what a model tries, who helps it, and what is to stop it. */
export interface Way {
  readonly name: string
  /** The calls of the model, turn by turn. */
  readonly calls: (on: Stage) => Turns
  /** What is to stop it: each a rule or an error code that has to be on record. */
  readonly by: readonly string[]
  /** Who tries. Default: the shop's agent. */
  readonly actor?: ActorName
  /** What the model does honestly before, and nora allows. */
  readonly lead?: (on: Stage) => readonly Turn[]
  /** Who pushes in when people are asked. */
  readonly hands?: readonly Hand[]
  /** What nora says who reads what she is shown. Default: no. */
  readonly reader?: (on: Stage) => Reader
  /** What the conversation is resumed with while people are still asked. */
  readonly resumes?: (waiting: Waiting) => readonly unknown[]
  /** What happens while people are still asked: another agent's turns, or the world's own course. */
  readonly meanwhile?: { readonly actor: ActorName; readonly calls: (on: Stage) => Turns }
  readonly worldGoesOn?: (on: Stage) => Promise<void>
  /** Two calls that differ in a guess, a right one and a wrong one: their answers have to be alike. */
  readonly alike?: boolean
  /** How many votes of people may count and still be too few. Default: none. */
  readonly counts?: number
  /** It joins what was done already, and is no attempt of its own on record. */
  readonly joins?: boolean
  /** What people were shown has to hold this. */
  readonly shows?: readonly string[]
  /** Why nothing happens without doors either: then this way shows that it is refused, and on record, and no more. */
  readonly alsoStoppedBy?: string
}

let calls = 0

/** One call of a tool. */
export function call(
  name: string,
  args: Record<string, unknown>,
  id?: string,
): Exclude<Turn, string | ((...given: never[]) => unknown)>[number] {
  calls += 1
  return { name, args, id: id ?? `call-${String(calls)}` }
}

/** One statement by the tool for a single one. */
export function query(sql: string, parameters?: readonly unknown[]): Turn {
  return [call('query', { sql, ...(parameters && { parameters }) })]
}

/** A text as `psql` sends it, which may be several statements. */
export function psql(sql: string): Turn {
  return [call('psql', { sql })]
}
