import { type ProbedSetting, probedSettings } from './state-probe.js'

/** What a connection's texts mean, as far as it is not in the catalog. */
export interface SessionState {
  /** Schemas in which names are looked up, in order: the implicit ones (`pg_temp_3`, `pg_catalog`) included. */
  readonly searchPath: readonly string[]
  /** This session's temporary schema once it has one. */
  readonly temporarySchema: string | undefined
  readonly currentUser: string
  readonly sessionUser: string
  readonly settings: Readonly<Record<ProbedSetting, string>>
}

/** One answer of `stateProbe`. */
export interface ProbedState {
  readonly state: SessionState
  /** Pass it to `stateProbeSince`. */
  readonly snapshot: string
  /** Changes whenever a user-made object of the catalog does. Undefined: the same as before (`stateProbeSince` only). */
  readonly catalogEpoch: string | undefined
  /** Changes whenever `state` does. */
  readonly stateEpoch: string
}

/** Reads the row of `stateProbe`. Throws TypeError when it is something else. */
export function readState(row: readonly (string | null)[]): ProbedState {
  const [snapshot, catalogEpoch, schemas, temporarySchema, currentUser, sessionUser, ...values] = row
  if (typeof snapshot !== 'string' || typeof schemas !== 'string' || values.length !== probedSettings.length) {
    throw new TypeError('the state probe answered something else')
  }
  const settings = Object.fromEntries(probedSettings.map((name, index) => [name, values[index] ?? '']))
  const state: SessionState = Object.freeze({
    // array_to_json of name[]: a list of strings.
    searchPath: JSON.parse(schemas) as readonly string[],
    temporarySchema: temporarySchema ?? undefined,
    currentUser: currentUser ?? '',
    sessionUser: sessionUser ?? '',
    // Every probed setting is in the list that the record was made from.
    settings: settings as Record<ProbedSetting, string>,
  })
  return {
    state,
    snapshot,
    catalogEpoch: catalogEpoch ?? undefined,
    stateEpoch: JSON.stringify(row.slice(2)),
  }
}
