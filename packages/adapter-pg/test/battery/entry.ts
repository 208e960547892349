import type { World } from './fixture/worlds.js'

/** One statement of the battery, with all that its run needs. */
export interface Entry {
  /** Unique and telling: `kind × container × family`. */
  readonly id: string
  readonly world: World
  /** `{{victim}}`, `{{scratch}}` and `{{password}}` stand for values that only the running server knows. */
  readonly text: string
  /** Values for `$1`, `$2`, …; with them the statement goes through the extended protocol. */
  readonly parameters?: readonly unknown[]
  /** Statements that the same session ran before; the analyzer sees them too. */
  readonly setup?: readonly string[]
  /** Statements after BEGIN that open cursors or savepoints for it. */
  readonly opening?: readonly string[]
  /** False for what cannot run inside a transaction block. Then locks and the session in between are not observed. */
  readonly inTransaction?: boolean
  /** Rows for COPY FROM STDIN. */
  readonly copyIn?: string
  /** Undoes what outlives the database: roles, slots, configuration. */
  readonly cleanup?: readonly Cleanup[]
  /** Server versions that know the statement. */
  readonly since?: number
  /** Extensions that the world must have got. */
  readonly needs?: readonly string[]
  /** The hiding family that the entry belongs to, for the summary. */
  readonly family: string
  /** The container or utility that the effect sits in, for the summary. */
  readonly container: string
}

/** Run by another superuser: in any database (`server`) or in the one of the run (`copy`); or removes a file (`scratch`). */
export interface Cleanup {
  readonly where: 'server' | 'copy' | 'scratch'
  readonly what: string
}
